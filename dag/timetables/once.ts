import { runAtEnd, type TimingRules } from './timing.ts';

/** One run, at the DAG's start date or as soon as possible: Airflow's OnceTimetable. */
export interface Once {
  readonly kind: 'once';
}

/** Airflow's `@once`: a single automatic run, ever; at the start date, even one long past, else at once. */
export function once(): Once {
  return { kind: 'once' };
}

/** Catchup makes no difference. */
export const onceRules: TimingRules<Once> = {
  problem: () => undefined,
  nextRun(_, last, { earliest, latest }, now) {
    const at = earliest ?? now;
    return last !== null || (latest !== null && at > latest) ? undefined : runAtEnd(at, at);
  },
  inferInterval: (_, instant) => ({ start: instant, end: instant }),
  slotInterval: (_, instant, { earliest }) => (earliest === instant ? { start: instant, end: instant } : undefined),
};
