import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * A task on workers of its own. Airflow: `queue`, `celery worker -q`. Its activities run on workers that serve the queue, `tw worker
 * --queues default,gpu` for example; its `run` runs with the run, as all do.
 */
export const onBigMachine = dag('onBigMachine', { schedule: null }, ({ task }) => {
  const prepare = task('prepare', { run: () => io.load({ file: 'images.csv' }) });
  task('train', { after: [prepare], queue: 'gpu', run: () => io.load({ file: 'model.bin' }) });
});
