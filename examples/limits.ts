import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Limits, and who comes first. Airflow: `max_active_runs`, `max_active_tasks`, `max_active_tis_per_dagrun`, `priority_weight`,
 * `weight_rule`. What finds no room is `queued`. Only tasks that run count, not those that wait for time, data or people.
 */
export const fewAtATime = dag(
  'fewAtATime',
  { schedule: null, maxActiveRuns: 1, maxActiveTasks: 2, defaultArgs: { weightRule: 'absolute' } },
  ({ task, map }) => {
    map('load', ['a.csv', 'b.csv', 'c.csv', 'd.csv'], {
      maxActiveTisPerDagrun: 1,
      run: (file) => io.load({ file }),
    });
    task('minor', { run: () => io.load({ file: 'minor.csv' }) });
    task('urgent', { priorityWeight: 10, run: () => io.load({ file: 'urgent.csv' }) });
  },
);
