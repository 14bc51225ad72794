import { calendarsOf, type CalendarSet } from './calendar.ts';
import { restrictionOf, type Scheduled } from './run-identity.ts';
import { nextRun, upcomingRuns, type PlannedRun, type Restriction, type Timetable } from './timetable.ts';
import { nextSlot, slotAtOrBefore } from './timetables/cron-slots.ts';
import { lastStep } from './timetables/delta.ts';

/** The first and last moment at which a run may be due, inclusive, in epoch milliseconds; `null`: no bound. */
interface Bounds {
  readonly from: number | null;
  readonly until: number | null;
}

/** Calendars that are exactly a timetable, for ever. */
export interface CalendarFirings extends Bounds, CalendarSet {
  readonly kind: 'calendars';
}

/** A run every so often, for ever: at `phase`, `phase + every`, … since 1970. Milliseconds. */
export interface IntervalFirings extends Bounds {
  readonly kind: 'interval';
  readonly every: number;
  readonly phase: number;
}

/** Runs one by one: whoever fires them asks again before they are used up, unless they are `complete`. */
export interface InstantFirings {
  readonly kind: 'instants';
  readonly runs: readonly PlannedRun[];
  /** No runs come after these. */
  readonly complete: boolean;
}

/** How the automatic runs of a DAG are to be fired. */
export type FiringPlan = CalendarFirings | IntervalFirings | InstantFirings;

/**
 * How the automatic runs of a DAG after the last one are to be fired by a scheduler that is never late; `undefined` for a DAG
 * without a timetable. Calendars and intervals where they are exactly the timetable; else the next runs, at most `count`. Runs
 * that are overdue at `now` are instants' own; for the others {@link nextRun} tells them.
 */
export function firingPlan(
  definition: Scheduled,
  last: PlannedRun | null,
  now: number,
  count: number,
): FiringPlan | undefined {
  const { timetable } = definition;
  if (timetable === null) return undefined;
  const restriction = restrictionOf(definition);
  const exact = calendarFirings(timetable, restriction) ?? intervalFirings(timetable, restriction, last);
  if (exact !== undefined) {
    const never = exact.from !== null && exact.until !== null && exact.from > exact.until;
    return never ? { kind: 'instants', runs: [], complete: true } : exact;
  }
  const runs = upcomingRuns(timetable, last, restriction, now, count);
  return { kind: 'instants', runs, complete: runs.length < count && timetable.kind !== 'continuous' };
}

function calendarFirings(timetable: Timetable, restriction: Restriction): CalendarFirings | undefined {
  const set = calendarsOf(timetable, restriction.catchup);
  if (set === undefined) return undefined;
  const { earliest, latest } = restriction;
  const first =
    earliest === null ? undefined : nextRun(timetable, null, { earliest, latest: null, catchup: true }, earliest);
  // A data interval that starts at the latest moment is over at the slot after.
  const until =
    latest !== null && timetable.kind === 'cron_data_interval'
      ? nextSlot(timetable, slotAtOrBefore(timetable, latest))
      : latest;
  return { kind: 'calendars', ...set, from: first?.runAfter ?? null, until };
}

function intervalFirings(
  timetable: Timetable,
  { earliest, latest, catchup }: Restriction,
  last: PlannedRun | null,
): IntervalFirings | undefined {
  if (timetable.kind !== 'delta_data_interval' && timetable.kind !== 'delta_trigger') return undefined;
  const { months, ms: every } = timetable.delta;
  if (months > 0) return undefined;
  const phase = (earliest ?? 0) % every;
  // Without catchup an outage makes trigger runs start anew at any moment, and data intervals at a multiple since 1970.
  if (catchup ? earliest === null : timetable.kind === 'delta_trigger' || phase !== 0) return undefined;
  if (last !== null && (last.end - phase) % every !== 0) return undefined;
  if (timetable.kind === 'delta_trigger') return { kind: 'interval', every, phase, from: earliest, until: latest };
  const lastStart = latest === null ? null : (lastStep(earliest ?? 0, timetable.delta, latest) ?? latest - every);
  return {
    kind: 'interval',
    every,
    phase,
    from: earliest === null ? null : earliest + every,
    until: lastStart === null ? null : lastStart + every,
  };
}
