import { durationMs, type Duration } from '../duration.ts';

/** A length of time on the calendar, as dateutil's relativedelta: months are as long as they are. Whole numbers from 0. */
export interface CalendarDelta {
  readonly years?: number;
  readonly months?: number;
  readonly weeks?: number;
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/** A length of time: in words (`'90 minutes'`), or on the calendar (`{ months: 1 }`). */
export type DeltaText = Duration | CalendarDelta;

/** A length of time as it is reckoned with: so many calendar months, then so many milliseconds. NaN where it was no length. */
export interface Delta {
  readonly months: number;
  readonly ms: number;
}

const second = 1_000;
const day = 86_400 * second;

/** A delta of none at all. */
export const noDelta: Delta = { months: 0, ms: 0 };

/** Reads a delta; what it says is checked by {@link deltaProblem}. */
export function deltaOf(text: DeltaText): Delta {
  if (typeof text === 'string') return { months: 0, ms: durationMs(text) ?? Number.NaN };
  const { years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0, ...rest } = text;
  const parts = [years, months, weeks, days, hours, minutes, seconds];
  if (Object.keys(rest).length > 0 || parts.some((part) => !Number.isInteger(part) || part < 0)) {
    return { months: Number.NaN, ms: Number.NaN };
  }
  return {
    months: years * 12 + months,
    ms: (weeks * 7 + days) * day + (hours * 3_600 + minutes * 60 + seconds) * second,
  };
}

/** What is wrong with a delta, in words for the end of a sentence; `undefined` when it is right. */
export function deltaProblem({ months, ms }: Delta, name: string, least: 0 | 1): string | undefined {
  if (Number.isNaN(months) || Number.isNaN(ms)) {
    return `${name} is no length of time; write one like '90 minutes' or { months: 1 }, in whole numbers from 0`;
  }
  if (ms % second !== 0) return `${name} is ${ms} ms; schedules go by whole seconds`;
  return months + ms < least ? `${name} is nothing: it must be at least 1 second` : undefined;
}

/**
 * An instant later by so many deltas, on UTC's calendar whatever the DAG's zone (as in Airflow). Months first: a day that
 * the month does not have becomes its last one.
 */
export function addDelta(instant: number, { months, ms }: Delta, times: 1 | -1 = 1): number {
  return addMonths(instant, months * times) + ms * times;
}

function addMonths(instant: number, months: number): number {
  if (months === 0) return instant;
  const date = new Date(instant);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const midnight = Math.floor(instant / day) * day;
  return first.getTime() + (Math.min(date.getUTCDate(), last) - 1) * day + (instant - midnight);
}

/** The last of `from`, `from + delta`, … that is at or before an instant; `undefined` when all are after it. */
export function lastStep(from: number, delta: Delta, instant: number): number | undefined {
  if (instant < from) return undefined;
  if (delta.months === 0) return from + Math.floor((instant - from) / delta.ms) * delta.ms;
  // Month by month, since a short month moves all that follow.
  for (let at = from; ;) {
    const next = addDelta(at, delta);
    if (next > instant) return at;
    at = next;
  }
}
