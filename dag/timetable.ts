import { continuousRules, type Continuous } from './timetables/continuous.ts';
import { cronDataIntervalRules, type CronDataInterval } from './timetables/cron-data-interval.ts';
import { cronPartitionRules, keyOfSlot, type CronPartition } from './timetables/cron-partition.ts';
import { cronTriggerRules, type CronTrigger } from './timetables/cron-trigger.ts';
import { customRules, type Custom } from './timetables/custom.ts';
import { deltaDataIntervalRules, type DeltaDataInterval } from './timetables/delta-data-interval.ts';
import { deltaTriggerRules, type DeltaTrigger } from './timetables/delta-trigger.ts';
import { eventsRules, type Events } from './timetables/events.ts';
import { multipleCronTriggerRules, type MultipleCronTrigger } from './timetables/multiple-cron-trigger.ts';
import { onceRules, type Once } from './timetables/once.ts';
import type { Interval, PlannedRun, Restriction, TimingRules } from './timetables/timing.ts';

export { continuous } from './timetables/continuous.ts';
export { cron } from './timetables/cron-data-interval.ts';
export { cronPartition } from './timetables/cron-partition.ts';
export { cronTrigger } from './timetables/cron-trigger.ts';
export { customTimetable } from './timetables/custom.ts';
export { delta } from './timetables/delta-data-interval.ts';
export { deltaTrigger } from './timetables/delta-trigger.ts';
export { events } from './timetables/events.ts';
export { multipleCronTrigger } from './timetables/multiple-cron-trigger.ts';
export { once } from './timetables/once.ts';
export type { Interval, PlannedRun, Restriction } from './timetables/timing.ts';

/** When a DAG runs by itself. Plain data, but for the functions of a timetable of one's own. */
export type Timetable =
  | CronDataInterval
  | CronTrigger
  | CronPartition
  | MultipleCronTrigger
  | DeltaDataInterval
  | DeltaTrigger
  | Once
  | Continuous
  | Events
  | Custom;

/** What bounds nothing. */
const unbounded: Restriction = { earliest: null, latest: null, catchup: false };

const rules: { readonly [Kind in Timetable['kind']]: TimingRules<Extract<Timetable, { readonly kind: Kind }>> } = {
  cron_data_interval: cronDataIntervalRules,
  cron_trigger: cronTriggerRules,
  cron_partition: cronPartitionRules,
  multiple_cron_trigger: multipleCronTriggerRules,
  delta_data_interval: deltaDataIntervalRules,
  delta_trigger: deltaTriggerRules,
  once: onceRules,
  continuous: continuousRules,
  events: eventsRules,
  custom: customRules,
};

function rulesOf({ kind }: Timetable): TimingRules<Timetable> {
  return rules[kind];
}

/** The zone on whose clocks a timetable is read (IANA name); UTC for those that have none. */
export function timezoneOf(timetable: Timetable): string {
  return 'timezone' in timetable ? timetable.timezone : 'UTC';
}

/** What is wrong with a timetable, in words for the end of a sentence; `undefined` when it is right. */
export function timetableProblem(timetable: Timetable): string | undefined {
  return rulesOf(timetable).problem(timetable);
}

/**
 * The next automatic run after the last one (`null`: there was none; runs that somebody started do not count), as Airflow's
 * scheduler would decide it at `now`. It may be due already. `undefined`: there is none, as far as can be told now.
 */
export function nextRun(
  timetable: Timetable,
  last: PlannedRun | null,
  restriction: Restriction,
  now: number,
): PlannedRun | undefined {
  return rulesOf(timetable).nextRun(timetable, last, restriction, now);
}

/**
 * The next automatic runs, at most so many, each made the moment it is due: what a scheduler that is never late makes. The
 * runs of `continuous` wait for each other to end, so that only the first can be told.
 */
export function upcomingRuns(
  timetable: Timetable,
  last: PlannedRun | null,
  restriction: Restriction,
  now: number,
  count: number,
): readonly PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (const run of runsFrom(timetable, last, restriction, now)) {
    if (runs.length === count) break;
    runs.push(run);
  }
  return runs;
}

function* runsFrom(
  timetable: Timetable,
  last: PlannedRun | null,
  restriction: Restriction,
  now: number,
): Generator<PlannedRun> {
  for (let [before, clock] = [last, now]; ;) {
    const run = nextRun(timetable, before, restriction, clock);
    if (run === undefined) return;
    yield run;
    if (timetable.kind === 'continuous') return;
    before = run;
    clock = Math.max(clock, run.runAfter);
  }
}

/** The data interval of a run that somebody starts at an instant, as Airflow infers it: often the last one that is over. */
export function inferInterval(timetable: Timetable, instant: number): Interval {
  return rulesOf(timetable).inferInterval(timetable, instant);
}

/**
 * The data interval of the automatic run that is due at an instant, by the timetable and the DAG's bounds; `undefined` when none
 * is, or when that follows from the runs before it alone (`continuous`; `once` without a start date; deltas that started anew).
 */
export function slotInterval(
  timetable: Timetable,
  instant: number,
  restriction: Restriction = unbounded,
): Interval | undefined {
  return rulesOf(timetable).slotInterval(timetable, instant, restriction);
}

/** The key of the partition that the automatic run of a slot is about; `undefined` where the timetable gives its runs none. */
export function slotPartitionKey(timetable: Timetable, { runAfter }: Pick<PlannedRun, 'runAfter'>): string | undefined {
  return timetable.kind === 'cron_partition' ? keyOfSlot(timetable, runAfter) : undefined;
}

/** An instant to measure timetables from, so that the same one always measures the same. */
const measuringPoint = Date.UTC(2026, 0, 1);
const measuredSlots = 1_000;
const measuredTime = 8 * 366 * 86_400_000;

/** The longest time between two neighbouring slots, in milliseconds, found by looking at some years of them. */
export function longestGap(timetable: Timetable): number {
  let [longest, seen, before] = [0, 0, Number.NaN];
  for (const { runAfter } of runsFrom(timetable, null, unbounded, measuringPoint)) {
    if (!Number.isNaN(before)) longest = Math.max(longest, runAfter - before);
    if (seen > measuredSlots || (seen > 1 && runAfter - measuringPoint > measuredTime)) break;
    before = runAfter;
    seen++;
  }
  return longest;
}
