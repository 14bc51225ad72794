import { cronTriggerRules, intervalOf, type CronTrigger, type TriggerOptions } from './cron-trigger.ts';
import { addDelta, type Delta } from './delta.ts';
import type { PlannedRun, TimingRules } from './timing.ts';

/** Runs at the slots of several crons, once where they coincide: Airflow's MultipleCronTriggerTimetable. */
export interface MultipleCronTrigger {
  readonly kind: 'multiple_cron_trigger';
  readonly expressions: readonly string[];
  readonly timezone: string;
  /** Length of the data interval, which ends at the slot. */
  readonly interval: Delta;
}

/**
 * A trigger timetable of several crons or presets.
 *
 * @example multipleCronTrigger(['0 6 * * 1-5', '0 9 * * 6,0'], { timezone: 'Europe/Berlin' })
 */
export function multipleCronTrigger(
  expressions: readonly string[],
  options: TriggerOptions & { readonly timezone?: string } = {},
): MultipleCronTrigger {
  return {
    kind: 'multiple_cron_trigger',
    expressions: [...expressions],
    timezone: options.timezone ?? 'UTC',
    interval: intervalOf(options),
  };
}

/** The timetable of each of its crons. */
export function cronTriggersOf({ expressions, timezone, interval }: MultipleCronTrigger): readonly CronTrigger[] {
  return expressions.map((expression) => ({ kind: 'cron_trigger', expression, timezone, interval }));
}

/** Each cron says what it would run next, and one of the runs is chosen by its logical date. */
export const multipleCronTriggerRules: TimingRules<MultipleCronTrigger> = {
  problem(timetable) {
    if (timetable.expressions.length === 0) return 'has no cron: give multipleCronTrigger at least one';
    return cronTriggersOf(timetable)
      .map((one) => cronTriggerRules.problem(one))
      .find((problem) => problem !== undefined);
  },
  nextRun(timetable, last, restriction, now) {
    const runs = cronTriggersOf(timetable).flatMap((one) => {
      const run = cronTriggerRules.nextRun(one, last, restriction, now);
      return run === undefined ? [] : [run];
    });
    if (restriction.catchup) return earliestOf(runs);
    // By Airflow's letter: with an interval a run counts as due as soon as the time that it is about has begun, so that the
    // last of several such runs is chosen and the ones before it are passed over.
    return latestOf(runs.filter(({ start }) => start <= now)) ?? earliestOf(runs);
  },
  inferInterval({ interval }, instant) {
    return { start: addDelta(instant, interval, -1), end: instant };
  },
  slotInterval(timetable, instant, restriction) {
    return cronTriggersOf(timetable)
      .map((one) => cronTriggerRules.slotInterval(one, instant, restriction))
      .find((interval) => interval !== undefined);
  },
};

function earliestOf(runs: readonly PlannedRun[]): PlannedRun | undefined {
  return runs.toSorted((a, b) => a.start - b.start)[0];
}

function latestOf(runs: readonly PlannedRun[]): PlannedRun | undefined {
  return runs.toSorted((a, b) => b.start - a.start)[0];
}
