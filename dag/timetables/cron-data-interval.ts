import { cronProblem, nextSlot, previousSlot, slotAtOrAfter, slotAtOrBefore, type ZonedCron } from './cron-slots.ts';
import { runAtEnd, type Restriction, type TimingRules } from './timing.ts';

/**
 * Runs at the slots of a cron, each about the time since the slot before: Airflow's CronDataIntervalTimetable, which a bare
 * cron meant in Airflow 2. The run of a day starts when the day is over.
 */
export interface CronDataInterval extends ZonedCron {
  readonly kind: 'cron_data_interval';
}

/**
 * A data-interval timetable: five cron fields or a preset (`@hourly`, `@daily`, `@weekly`, `@monthly`, `@quarterly`,
 * `@yearly`), read on the clocks of an IANA time zone (UTC by default). What it says is checked where it is used, by the DAG.
 *
 * @example cron('30 6 * * 1-5', { timezone: 'Europe/London' })
 */
export function cron(expression: string, options: { readonly timezone?: string } = {}): CronDataInterval {
  return { kind: 'cron_data_interval', expression, timezone: options.timezone ?? 'UTC' };
}

/** Without catchup only the newest interval that is over is run, however many were missed. */
export const cronDataIntervalRules: TimingRules<CronDataInterval> = {
  problem: cronProblem,
  nextRun(timetable, last, restriction, now) {
    const earliest = earliestStart(timetable, restriction, now);
    const start =
      last === null ? earliest : Math.max(slotAtOrBefore(timetable, last.end), earliest ?? Number.NEGATIVE_INFINITY);
    if (start === null) return undefined;
    let run = runAtEnd(start, nextSlot(timetable, start));
    // Where clocks move by half an hour (Lord Howe) the slot before an instant depends on where one stands, and Airflow goes
    // round in a circle or gives up. Runs go forward, and none is left out.
    const done = last?.runAfter ?? Number.NEGATIVE_INFINITY;
    while (run.runAfter <= done) run = runAtEnd(run.end, nextSlot(timetable, run.end));
    return restriction.latest !== null && run.start > restriction.latest ? undefined : run;
  },
  inferInterval(timetable, instant) {
    const end = slotAtOrBefore(timetable, instant);
    return { start: previousSlot(timetable, end), end };
  },
  slotInterval(timetable, instant) {
    const isSlot = slotAtOrBefore(timetable, instant) === instant;
    return isSlot ? { start: previousSlot(timetable, instant), end: instant } : undefined;
  },
};

function earliestStart(timetable: CronDataInterval, { earliest, catchup }: Restriction, now: number): number | null {
  const bound = earliest === null ? null : slotAtOrAfter(timetable, earliest);
  if (catchup) return bound;
  const last = previousSlot(timetable, now);
  // At a slot the interval that ends now is the newest one.
  const newest = nextSlot(timetable, last) === now ? last : previousSlot(timetable, last);
  return Math.max(newest, bound ?? Number.NEGATIVE_INFINITY);
}
