import type { DagBuilder } from '../dag/builder.ts';
import {
  continuous,
  cron,
  cronTrigger,
  customTimetable,
  delta,
  deltaTrigger,
  events,
  multipleCronTrigger,
  once,
} from '../dag/timetable.ts';
import { dag } from '../workflows/engine/dag.ts';

/** What each of them does: tells which data it is about. */
function tellInterval({ task }: DagBuilder<unknown>): void {
  task('tell', { run: (_, { dataInterval: { start, end } }) => `${start.toISOString()} to ${end.toISOString()}` });
}

/**
 * Data intervals, Airflow 2's way (CronDataIntervalTimetable): the run of a day starts when the day is over, on the clocks of
 * London, so that its day has 23 or 25 hours when they change.
 */
export const everyDay = dag('everyDay', { schedule: cron('@daily', { timezone: 'Europe/London' }) }, tellInterval);

/** Triggers, as a bare cron means in Airflow 3 (CronTriggerTimetable): a run at a moment, about that moment, or about a time before it. */
export const everyMorning = dag(
  'everyMorning',
  { schedule: cronTrigger('0 6 * * 1-5', { timezone: 'Asia/Tokyo', interval: '1 day' }) },
  tellInterval,
);

/** Several crons (MultipleCronTriggerTimetable): earlier on workdays. */
export const workdaysEarlier = dag(
  'workdaysEarlier',
  { schedule: multipleCronTrigger(['0 6 * * 1-5', '0 9 * * 6,0'], { timezone: 'Europe/Berlin' }) },
  tellInterval,
);

/** `schedule=timedelta(hours=8)` (DeltaDataIntervalTimetable). */
export const everyShift = dag('everyShift', { schedule: delta('8 hours'), startDate: '2026-03-01' }, tellInterval);

/** DeltaTriggerTimetable: the same moments, without the intervals. */
export const everyHour = dag('everyHour', { schedule: deltaTrigger('1 hour'), startDate: '2026-03-01' }, tellInterval);

/** `@once`. */
export const justOnce = dag('justOnce', { schedule: once(), startDate: '2026-04-01' }, tellInterval);

/** `@continuous`: the next run when the last one has ended. */
export const overAndOver = dag('overAndOver', { schedule: continuous() }, tellInterval);

/** Moments that are listed (EventsTimetable). */
export const onMatchDays = dag(
  'onMatchDays',
  { schedule: events(['2026-06-11T19:00Z', '2026-07-19T19:00Z']) },
  tellInterval,
);

/** A timetable of one's own. Airflow wants a plugin for it; here it is a pure function from one moment to the next run. */
export const lastOfMonth = dag(
  'lastOfMonth',
  { schedule: customTimetable('at the end of each month', (after) => ({ runAfter: monthEnd(after) })) },
  tellInterval,
);

function monthEnd(after: Date): Date {
  return new Date(Date.UTC(after.getUTCFullYear(), after.getUTCMonth() + 1, 1));
}
