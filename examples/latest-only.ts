import { cron } from '../dag/timetable.ts';
import { dag } from '../workflows/engine/dag.ts';

/**
 * Only in the newest run. Airflow: LatestOnlyOperator. What is directly below is skipped in a run that catches up; a run by hand
 * is never skipped.
 */
export const newestDay = dag(
  'newestDay',
  { schedule: cron('@daily'), startDate: '2026-03-01', catchup: true },
  ({ task, latestOnly }) => {
    const load = task('load', { run: () => 'loaded' });
    const newest = latestOnly('newest', { after: [load] });
    task('mail', { after: [newest], run: () => 'mailed' });
  },
);
