import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Setup and teardown. Airflow: `@setup`, `@teardown`. The cluster is stopped whatever became of the work, if it was started at
 * all. A teardown decides nothing about the run, unless `onFailureFailDagrun` says so.
 */
export const borrowedCluster = dag('borrowedCluster', { schedule: null }, ({ task, setup, teardown }) => {
  const start = setup('start', { run: (_, { runId }) => io.startCluster({ name: runId }) });
  const work = task('work', { needs: { start }, run: () => io.load({ file: 'big.csv' }) });
  teardown('stop', {
    setups: [start],
    needs: { start },
    after: [work],
    run: async ({ start: cluster }) => {
      if (cluster.state === 'success') await io.stopCluster(cluster.value);
    },
  });
});
