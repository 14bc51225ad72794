import type { WorkflowHandle } from '@temporalio/client';
import { createBackfillPlans } from '../../activities/s3/backfill-plans.ts';
import { backfillWorkflowId } from '../../activities/temporal/port.ts';
import {
  backfillMemo,
  slotsPerPage,
  type BackfillOrder,
  type BackfillSlot,
  type BackfillStart,
} from '../../dag/backfill-run.ts';
import { openBackfills } from '../../scripts/backfills/backfills.ts';
import { eventually } from '../support/own-state.ts';
import { taskOf, type Harness } from '../workflows/harness.ts';
import type { Keep } from './life.ts';

/** Days of January 2026 as a backfill runs them. */
function january(days: readonly number[]): readonly BackfillSlot[] {
  return days.map((day) => {
    const [start, end] = [Date.UTC(2026, 0, day), Date.UTC(2026, 0, day + 1)];
    return { runId: `daily-${new Date(end).toISOString().replace('.000Z', 'Z')}`, start, end };
  });
}

function orderOf(slots: number): BackfillOrder {
  return {
    backfillId: 'daily-backfill__2026-02-01T00:00:00.000Z',
    dagId: 'daily',
    createdAt: '2026-02-01T00:00:00.000Z',
    fromDate: '2026-01-01T00:00:00Z',
    toDate: '2026-01-06T00:00:00Z',
    reprocessBehavior: 'none',
    runBackwards: false,
    maxActiveRuns: 2,
    conf: { wait: true },
    slots,
    again: 0,
    left: 0,
  };
}

/** Begins a backfill of the first six days, after slots that it has had already. */
async function begun({ client, store, taskQueue }: Harness, had: number): Promise<BackfillOrder> {
  const slots = [
    ...Array.from({ length: had }, (): BackfillSlot => ({ runId: '-', start: 0, end: 0 })),
    ...january([1, 2, 3, 4, 5, 6]),
  ];
  const order = orderOf(slots.length);
  await createBackfillPlans(store).write(order, slots);
  await client.workflow.start('backfill', {
    workflowId: backfillWorkflowId('daily', taskQueue),
    taskQueue: `${taskQueue}-control`,
    args: [{ order, taken: had } satisfies BackfillStart],
    memo: { [backfillMemo]: order },
  });
  return order;
}

/** Waits for a run of a backfill, and tells it how to end; `null`: leaves it as it is. */
async function tellRun({ client }: Harness, day: number, word: 'good' | 'bad' | null): Promise<WorkflowHandle> {
  const [slot] = january([day]);
  const run = client.workflow.getHandle(slot?.runId ?? '');
  const isThere = () =>
    taskOf(run, 'only').then(
      ({ state }) => state === 'deferred',
      () => false,
    );
  await eventually('it waits', isThere);
  if (word !== null) await run.signal('open', word);
  return run;
}

/** From page to page, with runs that succeed, fail and are terminated, and a pause. */
export async function backfillToItsEnd(harness: Harness, keep: Keep): Promise<void> {
  const { client, taskQueue } = harness;
  const order = await begun(harness, slotsPerPage - 2);
  const backfills = openBackfills(client, taskQueue);
  await tellRun(harness, 2, null);
  await tellRun(harness, 1, 'good');
  await tellRun(harness, 2, 'bad');
  await tellRun(harness, 4, null);
  await backfills.setPaused(order, true);
  await tellRun(harness, 3, 'good');
  await eventually('it knows', async () => (await backfills.find('daily'))?.progress?.success === 2);
  await backfills.setPaused(order, false);
  await (await tellRun(harness, 4, null)).terminate();
  await tellRun(harness, 5, 'good');
  await tellRun(harness, 6, 'good');
  const handle = client.workflow.getHandle(backfillWorkflowId('daily', taskQueue));
  await handle.result();
  await keep('backfill', handle);
}

/** Cancelled while one of its runs goes on and one waits for its turn. */
export async function backfillThatIsCancelled(harness: Harness, keep: Keep): Promise<void> {
  const { client, control, taskQueue } = harness;
  const order = await begun(harness, 0);
  await tellRun(harness, 2, null);
  await control.setPaused('daily', true, 'a test');
  await tellRun(harness, 1, 'good');
  await eventually('one waits', async () => (await control.status('daily'))?.queued.length === 1);
  await openBackfills(client, taskQueue).cancel(order);
  const handle = client.workflow.getHandle(backfillWorkflowId('daily', taskQueue));
  await handle.result();
  await keep('backfill-cancelled', handle);
  await tellRun(harness, 2, 'good');
}
