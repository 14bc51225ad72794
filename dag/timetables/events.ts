import { dateBound } from '../date-bound.ts';
import { runAtEnd, type TimingRules } from './timing.ts';

/** Runs at listed moments: Airflow's EventsTimetable. */
export interface Events {
  readonly kind: 'events';
  /** Epoch milliseconds, ascending, each once; NaN where there was no date. */
  readonly dates: readonly number[];
  readonly restrictToEvents: boolean;
}

/**
 * A run at each of the moments: Dates, or ISO text (in UTC where it has no offset).
 *
 * @example events(['2026-06-11T19:00Z', '2026-07-19T19:00Z'])
 */
export function events(
  dates: readonly (Date | string)[],
  /** Whether a run that somebody starts is about the last event, or the first one when none has been; else about its own start. */
  options: { readonly restrictToEvents?: boolean } = {},
): Events {
  const instants = new Set(dates.map((date) => dateBound(date, 'UTC') ?? Number.NaN));
  return {
    kind: 'events',
    dates: [...instants].toSorted((a, b) => a - b),
    restrictToEvents: options.restrictToEvents ?? false,
  };
}

/** Without catchup an event that was missed is not made up for. */
export const eventsRules: TimingRules<Events> = {
  problem({ dates }) {
    if (dates.length === 0) return 'events() has no date: list at least one, or set schedule: null';
    return dates.some(Number.isNaN) ? 'events() has a date that is none; write one like 2026-03-01T06:00Z' : undefined;
  },
  nextRun({ dates }, last, { earliest, latest, catchup }, now) {
    const from = Math.max(earliest ?? Number.NEGATIVE_INFINITY, catchup ? Number.NEGATIVE_INFINITY : now);
    const at = dates.find((date) => date >= from && (last === null || date > last.end));
    return at === undefined || (latest !== null && at > latest) ? undefined : runAtEnd(at, at);
  },
  inferInterval({ dates, restrictToEvents }, instant) {
    const event = dates.findLast((date) => date <= instant) ?? dates[0];
    const at = restrictToEvents && event !== undefined ? event : instant;
    return { start: at, end: at };
  },
  slotInterval: ({ dates }, instant) => (dates.includes(instant) ? { start: instant, end: instant } : undefined),
};
