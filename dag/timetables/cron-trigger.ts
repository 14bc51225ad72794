import { cronProblem, nextSlot, slotAtOrAfter, slotAtOrBefore, type ZonedCron } from './cron-slots.ts';
import { addDelta, deltaOf, deltaProblem, noDelta, type Delta, type DeltaText } from './delta.ts';
import { runAtEnd, type TimingRules } from './timing.ts';

/**
 * Runs at the slots of a cron, each about that moment, or about a stretch of time before it: Airflow's CronTriggerTimetable,
 * which a bare cron means since Airflow 3.
 */
export interface CronTrigger extends ZonedCron {
  readonly kind: 'cron_trigger';
  /** Length of the data interval, which ends at the slot. */
  readonly interval: Delta;
}

/** What a trigger timetable may be told beside its slots. */
export interface TriggerOptions {
  /** Length of the data interval, which ends at the slot; none by default: start and end are the slot. */
  readonly interval?: DeltaText;
}

/**
 * A trigger timetable: a cron or preset as of `cron`, and a run at each slot.
 *
 * @example cronTrigger('0 6 * * *', { timezone: 'Asia/Tokyo', interval: '1 day' })
 */
export function cronTrigger(
  expression: string,
  options: TriggerOptions & { readonly timezone?: string } = {},
): CronTrigger {
  return {
    kind: 'cron_trigger',
    expression,
    timezone: options.timezone ?? 'UTC',
    interval: intervalOf(options),
  };
}

/** The interval's length that options of a trigger timetable name. */
export function intervalOf({ interval }: TriggerOptions): Delta {
  return interval === undefined ? noDelta : deltaOf(interval);
}

/** Without catchup only the newest slot is run, however many were missed. */
export const cronTriggerRules: TimingRules<CronTrigger> = {
  problem: (timetable) => cronProblem(timetable) ?? deltaProblem(timetable.interval, 'interval', 0),
  nextRun(timetable, last, { earliest, latest, catchup }, now) {
    const slots: number[] = [];
    if (last !== null) slots.push(nextSlot(timetable, last.end));
    else if (earliest === null) slots.push(firstSlot(timetable, now));
    if (earliest !== null && (last === null || !catchup)) slots.push(slotAtOrAfter(timetable, earliest));
    if (!catchup) slots.push(slotAtOrBefore(timetable, now));
    const slot = Math.max(...slots);
    if (latest !== null && slot > latest) return undefined;
    return runAtEnd(addDelta(slot, timetable.interval, -1), slot);
  },
  inferInterval({ interval }, instant) {
    return { start: addDelta(instant, interval, -1), end: instant };
  },
  slotInterval(timetable, instant) {
    const isSlot = slotAtOrBefore(timetable, instant) === instant;
    return isSlot ? { start: addDelta(instant, timetable.interval, -1), end: instant } : undefined;
  },
};

const minute = 60_000;

/** Where a DAG without a start date begins: at the slot just gone by, when that is not long ago; else at the next. */
function firstSlot(timetable: CronTrigger, now: number): number {
  const past = slotAtOrBefore(timetable, now);
  const next = slotAtOrAfter(timetable, now);
  return now - past <= Math.max((next - past) / 10, 5 * minute) ? past : next;
}
