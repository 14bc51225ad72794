import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Trigger rules: Airflow's twelve, by name. The leaves decide whether the run succeeded, so `sum` is one beside `report`: an
 * `all_done` leaf alone would hide that a load failed.
 */
export const twoSources = dag('twoSources', { schedule: null }, ({ task }) => {
  const orders = task('orders', { run: () => io.load({ file: 'orders.csv' }) });
  const returns = task('returns', { run: () => io.load({ file: 'returns.csv' }) });
  const both = { orders, returns };
  task('sum', { needs: both, run: (rows) => rows.orders + rows.returns });
  task('atLeastOne', { needs: both, triggerRule: 'all_done_min_one_success', run: () => 'something came' });
  // Does not wait for the other one, which may be `unfinished`.
  task('alarm', { needs: both, triggerRule: 'one_failed', run: ({ orders: one }) => one.state });
  task('report', {
    needs: both,
    triggerRule: 'all_done',
    run: (outcomes) => `orders: ${outcomes.orders.state}, returns: ${outcomes.returns.state}`,
  });
});
