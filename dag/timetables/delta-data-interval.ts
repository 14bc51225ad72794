import { addDelta, deltaOf, deltaProblem, lastStep, type Delta, type DeltaText } from './delta.ts';
import { runAtEnd, type TimingRules } from './timing.ts';

/**
 * Runs at the end of each of a row of intervals of one length: Airflow's DeltaDataIntervalTimetable. The row starts at the
 * DAG's start date; without catchup it may start anew after an outage: at a multiple of the length since 1970, or, with months in
 * it, at one counted from the start date.
 */
export interface DeltaDataInterval {
  readonly kind: 'delta_data_interval';
  readonly delta: Delta;
}

/**
 * A data-interval timetable of intervals of one length, fixed or on UTC's calendar.
 *
 * @example delta('6 hours')
 * @example delta({ months: 1 })
 */
export function delta(length: DeltaText): DeltaDataInterval {
  return { kind: 'delta_data_interval', delta: deltaOf(length) };
}

/** Without catchup only the newest interval that is over is run, however many were missed. */
export const deltaDataIntervalRules: TimingRules<DeltaDataInterval> = {
  problem: (timetable) => deltaProblem(timetable.delta, 'the delta', 1),
  nextRun({ delta: length }, last, { earliest, latest, catchup }, now) {
    const newest = catchup ? Number.NEGATIVE_INFINITY : newestStart(length, earliest, now);
    const start = Math.max(newest, earliest ?? Number.NEGATIVE_INFINITY, last?.end ?? Number.NEGATIVE_INFINITY);
    // With catchup, and neither a run nor a start date, there is nowhere to begin.
    if (start === Number.NEGATIVE_INFINITY || (latest !== null && start > latest)) return undefined;
    return runAtEnd(start, addDelta(start, length));
  },
  inferInterval({ delta: length }, instant) {
    return { start: addDelta(instant, length, -1), end: instant };
  },
  slotInterval({ delta: length }, instant, { earliest, catchup }) {
    if (earliest !== null) {
      const start = lastStep(earliest, length, instant - 1);
      if (start !== undefined && addDelta(start, length) === instant) return { start, end: instant };
    }
    const anew = !catchup && length.months === 0 && instant % length.ms === 0;
    return anew ? { start: instant - length.ms, end: instant } : undefined;
  },
};

/** The start of the newest interval that is over. */
function newestStart(length: Delta, earliest: number | null, now: number): number {
  // Months differ in length, so that multiples of them exist from somewhere only: Airflow's choice.
  const anchor = length.months === 0 ? 0 : (earliest ?? now);
  return addDelta(lastStep(anchor, length, now) ?? anchor, length, -1);
}
