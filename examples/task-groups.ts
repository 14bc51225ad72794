import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Task groups. Airflow: `TaskGroup`. The group's name goes before the ids of its tasks (`load.orders`), its `defaultArgs` before
 * the DAG's. A group may be an edge's end, and gives its tasks to others as its function returns them.
 */
export const groupedLoads = dag('groupedLoads', { schedule: null, defaultArgs: { retries: 1 } }, ({ task, group }) => {
  const open = task('open', { run: () => 'open' });
  const load = group('load', { after: [open], tooltip: 'all sources', defaultArgs: { retries: 5 } }, (inner) => {
    const orders = inner.task('orders', { run: () => io.load({ file: 'orders.csv' }) });
    const checks = inner.group('checks', { after: [orders] }, (checked) => {
      checked.task('dates', { run: () => 'right' });
      checked.task('sums', { run: () => 'right' });
    });
    return { orders, checks };
  });
  task('publish', {
    needs: { orders: load.tasks.orders },
    after: [load],
    run: ({ orders: rows }) => io.publish({ rows }),
  });
});
