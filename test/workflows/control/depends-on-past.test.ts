import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { backfillWorkflowId, controllerId, type TurnRequest } from '../../../activities/temporal/port.ts';
import { backfillMemo, type BackfillOrder, type BackfillStart } from '../../../dag/backfill-run.ts';
import { failTask } from '../../../workflows/engine/failures.ts';
import { scheduledRunId, slotMemo, type SlotOrder } from '../../../dag/run-identity.ts';
import { searchAttributeKeys } from '../../../workflows/engine/search-attributes.ts';
import { eventually } from '../../support/own-state.ts';
import { endOf, onRealServer, taskOf, type Harness, type Stage } from '../harness.ts';
import type { PastActivities } from '../fixtures/past-dags.ts';

const day = 86_400_000;

describe('dependsOnPast, on a real server', () => {
  let stage: Stage;
  let harness: Harness;
  const failing = new Set<string>();
  const loaded: string[] = [];

  beforeAll(async () => {
    const activities: PastActivities = {
      load: async ({ date }) => {
        if (failing.has(date)) failTask(`no data for ${date}`);
        loaded.push(date);
        return date;
      },
    };
    stage = await onRealServer('test/workflows/fixtures/past-dags', activities);
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  /** Starts the run of the slot whose interval begins on a day, as the DAG's Schedule would. */
  function start(dagId: string, date: string): Promise<WorkflowHandle> {
    const from = Date.parse(`${date}T00:00:00Z`);
    const [begin, end] = [new Date(from).toISOString(), new Date(from + day).toISOString()];
    const order: SlotOrder = { runType: 'scheduled', dataInterval: { start: begin, end } };
    return harness.client.workflow.start(dagId, {
      workflowId: scheduledRunId(dagId, from + day),
      taskQueue: `${harness.taskQueue}-orchestration`,
      memo: { [slotMemo]: order },
    });
  }

  function startByHand(dagId: string, logicalDate: string): Promise<WorkflowHandle> {
    return harness.client.workflow.start(dagId, {
      workflowId: `${dagId}-by-hand`,
      taskQueue: `${harness.taskQueue}-orchestration`,
      typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributeKeys.logicalDate, value: logicalDate }]),
    });
  }

  /** `undefined` before the run's first workflow task. */
  const stateOf = async (run: WorkflowHandle, task: string): Promise<string | undefined> =>
    (await taskOf(run, task).catch(() => undefined))?.state;

  async function recordOf(dagId: string, { workflowId: runId }: WorkflowHandle) {
    const record = await harness.ledger.read({ dagId, runId });
    if (record === undefined) throw new Error(`run ${runId} left no record`);
    return record;
  }

  test('a task waits until that of the run before is done, also where that one has failed and is run again', async () => {
    failing.add('2026-03-01');
    const first = await start('pastDaily', '2026-03-01');
    expect((await endOf(first)).result?.state).toBe('failed');
    const second = await start('pastDaily', '2026-03-02');
    await eventually('the task waits', async () => (await stateOf(second, 'load')) === 'scheduled');
    expect(await taskOf(second, 'load')).toMatchObject({
      tryNumber: 0,
      wait: { state: 'scheduled', what: 'until load of the run before is done (dependsOnPast)' },
    });
    // What does not depend on it has run, and who looks in the Temporal UI is told what is waited for.
    expect(await stateOf(second, 'begin')).toBe('success');
    await eventually('the activity says why', async () => {
      const { raw } = await second.describe();
      const [pending] = raw.pendingActivities ?? [];
      return pending?.lastFailure?.message === `load of the run before, ${first.workflowId}, is failed`;
    });
    const third = await start('pastDaily', '2026-03-03');
    await eventually('the third waits, too', async () => (await stateOf(third, 'load')) === 'scheduled');
    await third.executeUpdate('markRun', { args: [{ state: 'failed' }] });
    expect(await endOf(third)).toMatchObject({ type: 'DagRunFailed' });
    failing.clear();
    const record = await recordOf('pastDaily', first);
    const cleared = record.tasks.filter(({ state }) => state !== 'success');
    await harness.control.rerun({ record, cleared });
    expect((await endOf(second)).result?.state).toBe('success');
    expect(loaded).toEqual(['2026-03-01', '2026-03-02']);
    // One look for all indexes of a map.
    const { events = [] } = await second.fetchHistory();
    const looks = events?.filter(
      ({ activityTaskScheduledEventAttributes: one }) => one?.activityType?.name === 'untilPastIsDone',
    );
    expect(looks).toHaveLength(2);
  });

  test('a task that is cleared waits again for the run before; a run that is cancelled meanwhile ends', async () => {
    const first = await start('pastDaily', '2026-04-01');
    expect((await endOf(first)).result?.state).toBe('success');
    // The run before is gone on with: its task is there no more.
    failing.add('2026-04-01');
    const record = await recordOf('pastDaily', first);
    await harness.control.rerun({ record, cleared: record.tasks.filter(({ taskId }) => taskId !== 'begin') });
    await eventually('it failed again', async () => (await recordOf('pastDaily', first)).state === 'failed');
    const second = await start('pastDaily', '2026-04-02');
    await eventually('the task waits', async () => (await stateOf(second, 'load')) === 'scheduled');
    // By hand it goes on; cleared, it waits again.
    await second.executeUpdate('mark', { args: [{ taskIds: ['load'], state: 'success' }] });
    await eventually('it was marked', async () => (await stateOf(second, 'load')) === 'success');
    await eventually('the map waits', async () => (await stateOf(second, 'each[0]')) === 'scheduled');
    await second.executeUpdate('clear', { args: [{ taskIds: ['load'], onlyFailed: false }] });
    await eventually('it waits again', async () => (await taskOf(second, 'load')).wait?.state === 'scheduled');
    await second.cancel();
    expect(await endOf(second)).toMatchObject({ type: 'CancelledFailure' });
    failing.clear();
  });

  test('waitForDownstream waits for what is below, and with catchup runs by hand do not count', async () => {
    const first = await start('pastBelow', '2026-05-01');
    await eventually('the first one is below', async () => (await stateOf(first, 'second')) === 'deferred');
    // Whoever has no slot finds the run before it there.
    const query = `WorkflowType = 'pastBelow' AND ${searchAttributeKeys.logicalDate.name} = '2026-05-01T00:00:00Z'`;
    await eventually('visibility knows it', async () => (await harness.client.workflow.count(query)).count === 1);
    const byHand = await startByHand('pastBelow', '2026-05-01T12:00:00Z');
    await eventually('it waits', async () => (await stateOf(byHand, 'first')) === 'scheduled');
    // Started at the same time as the run before it was not to be seen yet: its slot tells of it.
    const [second, third] = await Promise.all([start('pastBelow', '2026-05-02'), start('pastBelow', '2026-05-03')]);
    await eventually('the second waits', async () => (await stateOf(second, 'first')) === 'scheduled');
    await eventually('the third waits', async () => (await stateOf(third, 'first')) === 'scheduled');
    await first.signal('go', 1);
    for (const run of [byHand, second]) {
      await eventually('the next is below', async () => (await stateOf(run, 'second')) === 'deferred');
    }
    expect(await stateOf(third, 'first')).toBe('scheduled');
    await second.signal('go', 1);
    await eventually('the third is below', async () => (await stateOf(third, 'second')) === 'deferred');
    for (const run of [byHand, third]) await run.signal('go', 1);
    for (const run of [first, second, third, byHand]) expect((await endOf(run)).result?.state).toBe('success');
  });

  test('a run that is cleared has its turn while the one after it has the only one, and waits for it', async () => {
    failing.add('2026-06-01');
    const first = await start('pastSingle', '2026-06-01');
    expect((await endOf(first)).result?.state).toBe('failed');
    const second = await start('pastSingle', '2026-06-02');
    await eventually('the second waits', async () => (await stateOf(second, 'load')) === 'scheduled');
    failing.clear();
    const record = await recordOf('pastSingle', first);
    await harness.control.rerun({ record, cleared: record.tasks });
    expect((await endOf(second)).result?.state).toBe('success');
    expect((await recordOf('pastSingle', first)).state).toBe('success');
  });

  test('of runs that ask in one letter the oldest begins, and none beyond the limit', async () => {
    const { client, control, taskQueue } = harness;
    await control.open('pastLetter', { paused: false, note: '' });
    const asks = [3, 2, 1].map((logicalDate): TurnRequest => {
      const about = { dagId: 'pastLetter', runType: 'scheduled', logicalDate } as const;
      return { ...about, runId: `${logicalDate}`, executionId: randomUUID(), maxActiveRuns: 1, dependsOnPast: true };
    });
    const controller = client.workflow.getHandle(controllerId('pastLetter', taskQueue));
    expect(await controller.executeUpdate('exchange', { args: [{ asks, ends: [] }] })).toEqual([
      { go: false, reason: 'max_active_runs', ahead: 1 },
      { go: false, reason: 'max_active_runs', ahead: 0 },
      { go: true },
    ]);
  });

  test('a run that a Schedule starts waits for the slot before it that a backfill has yet to make', async () => {
    const order: BackfillOrder = {
      backfillId: 'pastDaily-backfill',
      dagId: 'pastDaily',
      createdAt: '2026-08-04T00:00:00Z',
      fromDate: '2026-08-01T00:00:00Z',
      toDate: '2026-08-03T00:00:00Z',
      reprocessBehavior: 'none',
      runBackwards: false,
      maxActiveRuns: 1,
      conf: {},
      slots: 3,
      left: 0,
    };
    // It has been told to pause before it made the first run.
    const backfill = await harness.client.workflow.start('backfill', {
      workflowId: backfillWorkflowId('pastDaily', harness.taskQueue),
      taskQueue: `${harness.taskQueue}-control`,
      args: [{ order, paused: true } satisfies BackfillStart],
      memo: { [backfillMemo]: order },
    });
    const run = await start('pastDaily', '2026-08-04');
    await eventually('it waits', async () => {
      const [pending] = (await run.describe()).raw.pendingActivities ?? [];
      return pending?.lastFailure?.message?.endsWith('is yet to be made by pastDaily-backfill') ?? false;
    });
    await backfill.terminate();
    expect((await endOf(run)).result?.state).toBe('success');
  });
});
