import type { RunContext } from './definition.ts';
import { nextRun, type Timetable } from './timetable.ts';

/**
 * Whether a run is the newest one at `now` (epoch milliseconds): the next one is not over yet. A manual run, and one that has none
 * after it, always is. Airflow's LatestOnlyOperator.
 */
export function isNewestRun(
  timetable: Timetable | null,
  { runType, dataInterval }: Pick<RunContext, 'runType' | 'dataInterval'>,
  now: number,
): boolean {
  if (timetable === null || runType === 'manual') return true;
  const [start, end] = [dataInterval.start.getTime(), dataInterval.end.getTime()];
  const next = nextRun(timetable, { start, end, runAfter: end }, { earliest: null, latest: null, catchup: true }, end);
  return next === undefined || now <= next.end;
}
