import { upcomingRuns, type Timetable } from '../../dag/timetable.ts';

/** When the automatic runs of a DAG without bounds are due after an instant, ascending. */
export function upcomingSlots(timetable: Timetable, after: number, count: number): readonly number[] {
  // The first run may be overdue.
  return upcomingRuns(timetable, null, { earliest: null, latest: null, catchup: false }, after, count + 1)
    .map(({ runAfter }) => runAfter)
    .filter((moment) => moment > after)
    .slice(0, count);
}
