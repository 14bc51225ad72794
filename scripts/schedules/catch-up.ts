import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { mostActiveRuns } from '../../dag/backfill.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { restrictionOf, slotMemo, type SlotOrder } from '../../dag/run-identity.ts';
import { nextRun, type PlannedRun, type Timetable } from '../../dag/timetable.ts';
import { roleQueue } from '../../workers/roles.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { openBackfills } from '../backfills/backfills.ts';
import { createBackfill, type BackfillGround } from '../backfills/create-backfill.ts';

/**
 * Starts the runs that a DAG without a Schedule has missed: with `catchup` all since its start date, as a backfill, `maxActiveRuns` at a
 * time; of `once` the one run, where it is due. Says what it did; `undefined` where there was nothing to do. Idempotent.
 */
export async function catchUp(
  ground: BackfillGround,
  definition: DagDefinition,
  now: Date,
): Promise<string | undefined> {
  const { timetable, catchup, startDate, endDate, maxActiveRuns } = definition;
  if (timetable?.kind === 'once') return startOnce(ground, definition, timetable, now);
  if (timetable === null || !catchup || startDate === undefined || startDate >= now.getTime()) return undefined;
  const first = nextRun(timetable, null, restrictionOf(definition), now.getTime());
  if (first === undefined || Math.max(first.end, first.runAfter) >= now.getTime()) return undefined;
  const last = await openBackfills(ground.client, ground.settings.taskQueue).find(definition.id);
  if (last?.end === null) return `${last.order.backfillId} is open already`;
  const wish = {
    fromDate: new Date(startDate),
    toDate: new Date(Math.min(endDate ?? now.getTime(), now.getTime())),
    maxActiveRuns: Math.min(maxActiveRuns, mostActiveRuns),
    reprocessBehavior: 'none',
    runBackwards: false,
    conf: {},
    isCatchup: true,
  } as const;
  const { order, isCreated } = await createBackfill(ground, definition, wish, false);
  return isCreated ? `catches up with ${order.slots} slots by ${order.backfillId}` : undefined;
}

async function startOnce(
  { client, settings }: BackfillGround,
  definition: DagDefinition,
  timetable: Timetable,
  now: Date,
): Promise<string | undefined> {
  const run: PlannedRun | undefined = nextRun(timetable, null, restrictionOf(definition), now.getTime());
  if (run === undefined || run.runAfter > now.getTime()) return undefined;
  const at = new Date(run.start);
  const runId = `${definition.id}-${instantText(at)}`;
  const iso = at.toISOString();
  const order: SlotOrder = { runType: 'scheduled', dataInterval: { start: iso, end: iso } };
  try {
    await client.workflow.start(definition.id, {
      workflowId: runId,
      taskQueue: roleQueue(settings.taskQueue, 'orchestration'),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      memo: { [slotMemo]: order },
    });
    return `started ${runId}, its one run`;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
