import type { Refusal } from './refusal.ts';
import type { RunState } from './states.ts';
import { nextRun, type PlannedRun, type Timetable } from './timetable.ts';

/** What a backfill does with a slot that has been run: leave it, run it again when it failed, or whenever it is over. */
export const reprocessBehaviors = ['none', 'failed', 'completed'] as const;

/** A reprocess behavior's name. */
export type ReprocessBehavior = (typeof reprocessBehaviors)[number];

/** Runs of a backfill that may be active at a time: what a workflow can name in one message, with room to spare. */
export const mostActiveRuns = 1_000;

/** What somebody wants backfilled. Names and defaults are Airflow's. Instants in epoch milliseconds. */
export interface BackfillRequest {
  /** The first slot, inclusive: by logical date, and by the time that runs are due for a trigger timetable. */
  readonly fromDate: number;
  /** The last slot, inclusive, on the same scale. */
  readonly toDate: number;
  /** `none` by default. */
  readonly reprocessBehavior?: ReprocessBehavior;
  /** The newest slot first. */
  readonly runBackwards?: boolean;
  /** How many of its runs are active at a time, beside those of the DAG's schedule: {@link mostActiveRuns} at most; 10 by default. */
  readonly maxActiveRuns?: number;
}

/** A DAG as backfilling sees it. Its start and end date, and its catchup, do not bound a backfill. */
export interface BackfillDag {
  readonly id: string;
  readonly timetable: Timetable | null;
  readonly tasks: readonly { readonly id: string; readonly dependsOnPast?: boolean }[];
}

/** A run that is there already. */
export interface ExistingRun {
  readonly runId: string;
  /** Epoch milliseconds; `null` for a run that is about no time. One run a logical date; of several the last one counts. */
  readonly logicalDate: number | null;
  readonly state: RunState;
  /** Whether it has no task instances, so that clearing it leaves it as it is. */
  readonly isEmpty?: boolean;
}

/** What is there when a backfill is asked for. */
export interface BackfillSituation {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The DAG's runs: at least those of the range, and those that could bear an id that `runIdOf` gives. */
  readonly runs: readonly ExistingRun[];
  /** The id that a new run of a slot gets. */
  readonly runIdOf: (slot: PlannedRun) => string;
  /** Whether another backfill of the DAG is still open. */
  readonly hasActiveBackfill: boolean;
  /** A range of more slots is refused, before they are all reckoned; no limit when it is left out. */
  readonly mostSlots?: number;
  /** Whether it makes up for what `catchup` asks for: the scheduler's own runs wait for the run before whatever became of that. */
  readonly isCatchup?: boolean;
}

/** Why a slot is left out. `in flight` is also said of a new run's id that another run has. */
export type NotCreatedReason = 'already exists' | 'in flight';

/** What a backfill does with one slot. */
export type BackfillRow = PlannedRun & {
  /** From 1, in the order of execution. */
  readonly ordinal: number;
} & (
    | { readonly action: 'create'; readonly runId: string }
    /** All tasks of a run that is over are cleared, and the run becomes the backfill's; `state` is its state then. */
    | { readonly action: 'reprocess'; readonly runId: string; readonly state: RunState }
    /** `runId` is the run that is in the way. */
    | { readonly action: 'leave'; readonly runId: string; readonly reason: NotCreatedReason }
  );

/** Why a backfill is refused. */
export type BackfillRefusalReason =
  | 'not_periodic'
  | 'active_backfill'
  | 'dates_reversed'
  | 'future'
  | 'backwards_on_past'
  | 'reprocess_on_past'
  | 'no_active_runs'
  | 'too_many_active_runs'
  | 'no_runs'
  | 'too_many_runs';

/** A backfill that was refused. */
export type BackfillRefusal = Refusal<BackfillRefusalReason>;

/**
 * What a backfill does, a row for each slot of the range whose interval is over, in the order of execution. One backfill of a
 * DAG is open at a time.
 */
export function planBackfill(
  dag: BackfillDag,
  request: BackfillRequest,
  situation: BackfillSituation,
): readonly BackfillRow[] | BackfillRefusal {
  const wrong = backfillProblem(dag, request, situation);
  if (wrong !== undefined) return wrong;
  const { mostSlots = Number.POSITIVE_INFINITY } = situation;
  const slots = slotsOf(dag, request, situation.now, mostSlots + 1);
  if (slots.length > mostSlots) {
    const advice = situation.isCatchup === true ? 'give the DAG a later startDate' : 'do it in shorter ranges';
    return refuse(dag, 'too_many_runs', `the range has more than ${mostSlots} slots; ${advice}`);
  }
  if (slots.length === 0) {
    const range = `from ${iso(request.fromDate)} to ${iso(request.toDate)}`;
    return refuse(dag, 'no_runs', `its schedule has no interval ${range} that is over; choose a longer range`);
  }
  if (request.runBackwards === true) slots.reverse();
  const byDate = new Map(situation.runs.map((run) => [run.logicalDate, run]));
  const taken = new Set(situation.runs.map(({ runId }) => runId));
  return slots.map((slot, at): BackfillRow => {
    const place = { ...slot, ordinal: at + 1 };
    const existing = byDate.get(slot.start);
    if (existing !== undefined) return { ...place, ...existingRow(existing, request.reprocessBehavior ?? 'none') };
    const runId = situation.runIdOf(slot);
    if (taken.has(runId)) return { ...place, action: 'leave', runId, reason: 'in flight' };
    taken.add(runId);
    return { ...place, action: 'create', runId };
  });
}

function existingRow({ runId, state, isEmpty }: ExistingRun, reprocess: ReprocessBehavior) {
  if (state !== 'success' && state !== 'failed') {
    return { action: 'leave', runId, reason: 'in flight' } as const;
  }
  if (reprocess === 'none' || (reprocess === 'failed' && state === 'success')) {
    return { action: 'leave', runId, reason: 'already exists' } as const;
  }
  return { action: 'reprocess', runId, state: isEmpty === true ? state : 'queued' } as const;
}

/** The slots of the range, ascending, at most so many, as catchup would make them were the range the DAG's start and end date. */
function slotsOf(
  { timetable }: BackfillDag,
  { fromDate, toDate }: BackfillRequest,
  now: number,
  most: number,
): PlannedRun[] {
  const slots: PlannedRun[] = [];
  if (timetable === null) return slots;
  const restriction = { earliest: fromDate, latest: toDate, catchup: true };
  for (let last: PlannedRun | null = null; ;) {
    const slot: PlannedRun | undefined = nextRun(timetable, last, restriction, now);
    // Intervals are asked for in their order: after one that is not over come only such.
    if (slot === undefined || slot.end >= now) return slots;
    slots.push(slot);
    if (slots.length >= most) return slots;
    last = slot;
  }
}

/** The checks in Airflow's order, so that the same thing is said of a request that is wrong in two ways. */
function backfillProblem(
  dag: BackfillDag,
  { fromDate, toDate, reprocessBehavior = 'none', runBackwards = false, maxActiveRuns = 10 }: BackfillRequest,
  { now, hasActiveBackfill, isCatchup = false }: BackfillSituation,
): BackfillRefusal | undefined {
  const { timetable, tasks } = dag;
  if (timetable === null || timetable.kind === 'once' || timetable.kind === 'continuous') {
    const has = timetable === null ? 'it has no schedule' : `a schedule of ${timetable.kind} has no slots in the past`;
    return refuse(dag, 'not_periodic', `${has}; trigger runs by hand`);
  }
  if (hasActiveBackfill) {
    return refuse(dag, 'active_backfill', 'another backfill of it is open; wait for its end, or cancel it');
  }
  if (fromDate > toDate) {
    return refuse(dag, 'dates_reversed', `the range starts at ${iso(fromDate)}, after its end, ${iso(toDate)}`);
  }
  if (fromDate >= now) {
    return refuse(dag, 'future', `the range starts at ${iso(fromDate)}, which is yet to come; choose one in the past`);
  }
  const onPast = tasks.find(({ dependsOnPast }) => dependsOnPast === true);
  if (onPast !== undefined && runBackwards) {
    return refuse(dag, 'backwards_on_past', `task ${onPast.id} depends on the run before; run it forwards`);
  }
  if (onPast !== undefined && reprocessBehavior === 'none' && !isCatchup) {
    const words = `task ${onPast.id} depends on the run before; reprocess failed or completed runs (--reprocess-behavior)`;
    return refuse(dag, 'reprocess_on_past', words);
  }
  if (!Number.isInteger(maxActiveRuns) || maxActiveRuns < 1) {
    return refuse(dag, 'no_active_runs', `at most ${maxActiveRuns} active runs is not at least 1`);
  }
  if (maxActiveRuns > mostActiveRuns) {
    const words = `${maxActiveRuns} active runs at a time are more than ${mostActiveRuns}; the others follow as these end`;
    return refuse(dag, 'too_many_active_runs', words);
  }
  return undefined;
}

function refuse({ id }: BackfillDag, refused: BackfillRefusalReason, words: string): BackfillRefusal {
  return { refused, message: `DAG ${id} cannot be backfilled like this: ${words}` };
}

function iso(instant: number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}
