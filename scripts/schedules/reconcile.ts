import { randomUUID } from 'node:crypto';
import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
} from '@temporalio/client';
import {
  encodeScheduleAction,
  encodeSchedulePolicies,
  encodeScheduleSpec,
  encodeScheduleState,
} from '@temporalio/client/lib/schedule-helpers.js';
import { scheduleOwnerMemo, type DagControl } from '../../activities/temporal/port.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { pausedUponCreation, type PauseOrder } from '../../dag/turns.ts';
import { controlOf } from '../dag-control.ts';
import { CommandError, explainFailure } from '../failure.ts';
import { planSchedule, scheduleSpec, type SchedulePlan } from './schedule-plan.ts';
import { differences } from './schedule-differences.ts';

/** What has to happen, or has happened, to the Schedule of one DAG. */
export interface ScheduleChange {
  readonly dagId: string;
  readonly action: 'create' | 'update' | 'keep' | 'orphan' | 'delete' | 'foreign' | 'failed';
  /** What differs, a sentence each; of one that failed, why. */
  readonly reasons: readonly string[];
  /** Whether it is paused, by an operator or since the DAG is when it is made; that is never undone here. */
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
  /** With `apply`, before the Schedule of a DAG is made: starts the runs of slots that went by before, and says what it did. */
  readonly catchUp?: (definition: DagDefinition) => Promise<string | undefined>;
  /** What the runs of a DAG are given by its Schedule; nothing by default. */
  readonly argsOf?: (definition: DagDefinition) => readonly unknown[];
  /** With `apply`: do nothing but name further moments to Schedules that are there. */
  readonly renewsOnly?: boolean;
  /** With `apply`: delete Schedules of ours whose DAG is gone, or has no timetable any more. */
  readonly prune: boolean;
}

/** Looks at a Schedule until one is as planned: each that finds it changed since was somebody else's turn. */
const looks = 10;

/**
 * Brings Schedules in step with the DAGs' timetables. Idempotent; a Schedule that somebody else made is left alone, a
 * paused one stays paused, also when it is paused, or made, at the same time, and that of a paused DAG is made paused. What fails for one
 * DAG keeps no other from its Schedule: it is told as that one's change.
 */
export async function reconcileSchedules(
  client: Client,
  options: ReconcileOptions,
): Promise<readonly ScheduleChange[]> {
  const changes: ScheduleChange[] = [];
  const planned = new Set<string>();
  const control = controlOf(client, options.taskQueue);
  for (const definition of options.definitions) {
    const { id } = definition;
    const reconcile = async (): Promise<readonly ScheduleChange[]> => {
      const args = options.renewsOnly === true ? null : (options.argsOf?.(definition) ?? []);
      const plan = planSchedule(definition, options.taskQueue, options.now, args);
      if (plan === undefined)
        return options.renewsOnly === true ? [] : reconcileEndless(control, definition, options.apply);
      planned.add(id);
      const isDue = options.renewsOnly !== true || (plan.knownUntil !== null && (await describe(client, id)));
      return isDue ? [await reconcileOne(client, control, plan, definition, options)] : [];
    };
    changes.push(...(await orFailed(id, reconcile)));
  }
  if (options.renewsOnly === true) return changes;
  // What failed is no orphan: what its Schedule should be may not be known.
  for (const { dagId } of changes.filter(({ action }) => action === 'failed')) planned.add(dagId);
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (planned.has(scheduleId) || memo?.[scheduleOwnerMemo] !== options.taskQueue) continue;
    changes.push(...(await orFailed(scheduleId, async () => [await reconcileOrphan(client, scheduleId, options)])));
  }
  return changes;
}

async function orFailed(
  dagId: string,
  reconcile: () => Promise<readonly ScheduleChange[]>,
): Promise<readonly ScheduleChange[]> {
  try {
    return await reconcile();
  } catch (error) {
    return [{ dagId, action: 'failed', reasons: [explainFailure(error).text], paused: false, knownUntil: null }];
  }
}

/** Has the controller of a DAG whose runs follow each other without a pause start them, and that of any other DAG not. */
async function reconcileEndless(
  control: DagControl,
  { id: dagId, timetable, startDate, endDate, isPausedUponCreation }: DagDefinition,
  apply: boolean,
): Promise<readonly ScheduleChange[]> {
  const wanted = timetable?.kind === 'continuous' ? { from: startDate ?? null, until: endDate ?? null } : null;
  const [is, pause] = await Promise.all([control.endlessOf(dagId), control.pauseOf(dagId)]);
  if (wanted === null && is === null) return [];
  const paused = pause?.paused ?? isPausedUponCreation === true;
  const told = { dagId, paused, knownUntil: null };
  if (is?.from === wanted?.from && is?.until === wanted?.until) return [{ ...told, action: 'keep', reasons: [] }];
  if (apply) await control.setEndless(dagId, wanted, isPausedUponCreation === true ? pausedUponCreation : undefined);
  const reasons = [
    wanted === null ? 'its runs follow each other no more' : 'its runs follow each other without a pause',
  ];
  return [{ ...told, action: is === null ? 'create' : 'update', reasons }];
}

async function reconcileOne(
  client: Client,
  control: DagControl,
  plan: SchedulePlan,
  definition: DagDefinition,
  { apply, taskQueue, catchUp }: ReconcileOptions,
): Promise<ScheduleChange> {
  const told = { dagId: plan.dagId, knownUntil: plan.knownUntil?.toISOString() ?? null };
  let done: Pick<ScheduleChange, 'action' | 'reasons'> = { action: 'keep', reasons: [] };
  for (let look = 0; look < looks; look += 1) {
    const found = await describe(client, plan.dagId);
    if (found === undefined) {
      const pause = await pauseAtFirst(control, plan, apply);
      const news = { ...told, action: 'create', reasons: ['there is no Schedule yet'], paused: pause.paused } as const;
      if (!apply) return news;
      // Before it is made: whoever applies again, since this one dies, must find that it is not there.
      const made = await catchUp?.(definition);
      const reasons = made === undefined ? news.reasons : [...news.reasons, made];
      if (await create(client, plan, pause, taskQueue)) return { ...news, reasons };
      continue;
    }
    const { paused } = found.state;
    if (found.memo?.[scheduleOwnerMemo] !== taskQueue) {
      const reasons = [`the Schedule ${plan.dagId} was not made by this installation; delete it, or rename the DAG`];
      return { ...told, action: 'foreign', reasons, paused };
    }
    const reasons = differences(plan, found);
    if (reasons.length === 0) return { ...told, ...done, paused };
    done = { action: 'update', reasons };
    if (!apply) return { ...told, ...done, paused };
    await update(client, plan, found);
  }
  throw new CommandError(
    `the Schedule ${plan.dagId} is not as it should be after ${looks} attempts: ${done.reasons.join('; ')}; somebody else is changing it, too`,
  );
}

/** Whether a DAG's new Schedule is paused: as its controller says, or, where nobody has seen the DAG before, its definition. */
async function pauseAtFirst(
  control: DagControl,
  { dagId, isPausedUponCreation }: SchedulePlan,
  apply: boolean,
): Promise<PauseOrder> {
  const known = await control.pauseOf(dagId);
  if (known !== undefined) return known;
  if (!isPausedUponCreation) return { paused: false, note: '' };
  if (apply) await control.open(dagId, pausedUponCreation);
  return pausedUponCreation;
}

/** Whether it was made by this call: somebody else may have been quicker. */
async function create(client: Client, plan: SchedulePlan, state: PauseOrder, taskQueue: string): Promise<boolean> {
  try {
    const memo = { [scheduleOwnerMemo]: taskQueue };
    await client.schedule.create({ scheduleId: plan.dagId, ...body(plan), state: { ...state }, memo });
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

/**
 * Writes the plan over a Schedule as it was found. The SDK's own update says not which one it looked at, and would undo a
 * pause of that very moment; with the token the server drops an update of one that has changed, or refuses it: the next
 * look tells.
 */
async function update(client: Client, plan: SchedulePlan, found: ScheduleDescription): Promise<void> {
  const { namespace, identity, loadedDataConverter } = client.options;
  const { spec, action, policies } = body(plan);
  try {
    await client.workflowService.updateSchedule({
      namespace,
      identity,
      scheduleId: plan.dagId,
      requestId: randomUUID(),
      conflictToken: found.raw.conflictToken ?? null,
      schedule: {
        spec: encodeScheduleSpec(spec),
        action: await encodeScheduleAction(
          loadedDataConverter,
          namespace,
          { ...action, args: [...(plan.args ?? found.action.args ?? [])] },
          {},
        ),
        policies: encodeSchedulePolicies(policies),
        // Whoever paused it had a reason.
        state: encodeScheduleState({ paused: found.state.paused, note: found.state.note ?? '' }),
      },
    });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

/** gRPC's FAILED_PRECONDITION and ABORTED. */
function isConflict(error: unknown): boolean {
  return isGrpcServiceError(error) && [9, 10].includes(error.code);
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

function body(plan: SchedulePlan) {
  return {
    spec: scheduleSpec(plan),
    action: {
      type: 'startWorkflow',
      workflowType: plan.workflowType,
      workflowId: plan.dagId,
      taskQueue: plan.taskQueue,
      args: [...(plan.args ?? [])],
      ...(plan.summary !== '' && { staticSummary: plan.summary }),
    },
    policies: { overlap: plan.overlap, catchupWindow: plan.catchupWindow, pauseOnFailure: false },
  } as const;
}

async function describe(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
