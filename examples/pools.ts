import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Limits over all runs and DAGs. Airflow: `pool`, `pool_slots`, `max_active_tis_per_dag`. The pool is made by
 * `tw pools set warehouse 3 "what it takes at a time"`; until then these tasks are `queued`.
 */
export const sharedWarehouse = dag(
  'sharedWarehouse',
  { schedule: null, defaultArgs: { pool: 'warehouse' } },
  ({ task, map }) => {
    const loads = map('load', ['a.csv', 'b.csv', 'c.csv', 'd.csv'], { run: (file) => io.load({ file }) });
    const rebuild = task('rebuild', { after: [loads], poolSlots: 3, run: () => io.load({ file: 'whole.csv' }) });
    task('publish', { after: [rebuild], pool: null, maxActiveTisPerDag: 1, run: () => io.publish({ rows: 4 }) });
  },
);
