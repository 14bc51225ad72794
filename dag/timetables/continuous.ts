import { runAtEnd, type TimingRules } from './timing.ts';

/** Run after run, one at a time, each about the time since the one before was made: Airflow's ContinuousTimetable. */
export interface Continuous {
  readonly kind: 'continuous';
}

/** Airflow's `@continuous`: as often as possible, one run at a time (`maxActiveRuns` is 1). */
export function continuous(): Continuous {
  return { kind: 'continuous' };
}

/** The next run is asked for when the last one has ended. */
export const continuousRules: TimingRules<Continuous> = {
  problem: () => undefined,
  nextRun(_, last, { earliest, latest }, now) {
    const begin = earliest ?? now;
    let [start, end] = [begin, Math.max(begin, now)];
    if (last !== null) {
      // A last run from the time to come: the start date was moved.
      [start, end] = last.end > now ? [begin, begin + (last.end - last.start)] : [last.end, now];
    }
    return latest !== null && end > latest ? undefined : runAtEnd(start, end);
  },
  inferInterval: (_, instant) => ({ start: instant, end: instant }),
  slotInterval: () => undefined,
};
