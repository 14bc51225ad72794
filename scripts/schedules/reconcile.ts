import {
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import type { DagDefinition } from '../../dag/definition.ts';
import { planSchedule, scheduleSpec, type SchedulePlan } from './schedule-plan.ts';
import { differences } from './schedule-differences.ts';

/** What has to happen, or has happened, to the Schedule of one DAG. */
export interface ScheduleChange {
  readonly dagId: string;
  readonly action: 'create' | 'update' | 'keep' | 'orphan' | 'delete' | 'foreign';
  /** What differs, a sentence each. */
  readonly reasons: readonly string[];
  /** Whether an operator has paused it; that is never undone here. */
  readonly paused: boolean;
  readonly knownUntil: string | null;
}

/** Which Schedules are compared with which DAGs. */
export interface ReconcileOptions {
  readonly definitions: readonly DagDefinition[];
  /** Stem of the task queues: the mark of ownership, too, so that two installations in one namespace leave each other alone. */
  readonly taskQueue: string;
  readonly now: Date;
  /** Make it so; else only say. */
  readonly apply: boolean;
  /** With `apply`: delete Schedules of ours whose DAG is gone, or has no timetable any more. */
  readonly prune: boolean;
}

const ownerMemo = 'tradewindTaskQueue';

/**
 * Brings Schedules in step with the DAGs' timetables. Idempotent; a Schedule that somebody else made is left alone, and
 * a paused one stays paused.
 */
export async function reconcileSchedules(
  client: Client,
  options: ReconcileOptions,
): Promise<readonly ScheduleChange[]> {
  const changes: ScheduleChange[] = [];
  const planned = new Set<string>();
  for (const definition of options.definitions) {
    const plan = planSchedule(definition, options.taskQueue, options.now);
    if (plan === undefined) continue;
    planned.add(plan.dagId);
    changes.push(await reconcileOne(client, plan, definition, options));
  }
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (planned.has(scheduleId) || memo?.[ownerMemo] !== options.taskQueue) continue;
    changes.push(await reconcileOrphan(client, scheduleId, options));
  }
  return changes;
}

async function reconcileOne(
  client: Client,
  plan: SchedulePlan,
  { description }: DagDefinition,
  { apply, taskQueue }: ReconcileOptions,
): Promise<ScheduleChange> {
  const handle = client.schedule.getHandle(plan.dagId);
  const found = await describe(client, plan.dagId);
  const told = { dagId: plan.dagId, knownUntil: plan.knownUntil?.toISOString() ?? null };
  if (found === undefined) {
    if (apply) {
      await client.schedule.create({
        scheduleId: plan.dagId,
        ...body(plan, description),
        memo: { [ownerMemo]: taskQueue },
      });
    }
    return { ...told, action: 'create', reasons: ['there is no Schedule yet'], paused: false };
  }
  const { paused } = found.state;
  if (found.memo?.[ownerMemo] !== taskQueue) {
    const reasons = [`the Schedule ${plan.dagId} was not made by this installation; delete it, or rename the DAG`];
    return { ...told, action: 'foreign', reasons, paused };
  }
  const reasons = differences(plan, found);
  if (reasons.length > 0 && apply) {
    await handle.update(({ state, policies, ...before }) => ({
      ...before,
      ...body(plan, description),
      policies: { ...policies, ...body(plan, description).policies },
      // As it is: whoever paused it had a reason.
      state,
    }));
  }
  return { ...told, action: reasons.length > 0 ? 'update' : 'keep', reasons, paused };
}

async function reconcileOrphan(
  client: Client,
  dagId: string,
  { apply, prune }: ReconcileOptions,
): Promise<ScheduleChange> {
  const gone = { dagId, paused: false, knownUntil: null, reasons: ['no DAG with a timetable has this id any more'] };
  if (!apply || !prune) return { ...gone, action: 'orphan' };
  await client.schedule.getHandle(dagId).delete();
  return { ...gone, action: 'delete' };
}

function body(plan: SchedulePlan, description: string): ScheduleUpdateOptions {
  return {
    spec: scheduleSpec(plan),
    action: {
      type: 'startWorkflow',
      workflowType: plan.workflowType,
      workflowId: plan.dagId,
      taskQueue: plan.taskQueue,
      args: [],
      ...(description !== '' && { staticSummary: description }),
    },
    policies: { overlap: plan.overlap, catchupWindow: plan.catchupWindow, pauseOnFailure: false },
    state: {},
  };
}

async function describe(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
