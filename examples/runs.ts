import { cron } from '../dag/timetable.ts';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Which runs there are. Airflow: `start_date`, `catchup`, `max_active_runs`, `is_paused_upon_creation`,
 * `max_consecutive_failed_dag_runs`, `depends_on_past`. Nothing runs before `tw dags unpause everyMonth`; then one run after the other makes up for all
 * months since the start date, and three that fail in a row pause the DAG again.
 */
export const everyMonth = dag(
  'everyMonth',
  {
    schedule: cron('@monthly'),
    startDate: '2026-01-01',
    catchup: true,
    maxActiveRuns: 1,
    isPausedUponCreation: true,
    maxConsecutiveFailedDagRuns: 3,
  },
  ({ task }) => {
    task('load', {
      // One month upon the other: it waits until that of the month before has succeeded.
      dependsOnPast: true,
      run: (_, { dataInterval }) => io.load({ file: `${dataInterval.start.toISOString().slice(0, 7)}.csv` }),
    });
  },
);
