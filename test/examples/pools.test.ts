import type { ExampleActivities } from '../../examples/activities.ts';
import { sharedWarehouse } from '../../examples/pools.ts';
import { testDag } from '../../testing/test-dag.ts';

test('as many tasks run at a time as the pool has slots, and one of three slots alone', async () => {
  let busy = 0;
  let most = 0;
  const { state } = await testDag<ExampleActivities>(sharedWarehouse, {
    pools: { warehouse: 3 },
    activities: {
      io: {
        load: async () => {
          most = Math.max(most, ++busy);
          await Promise.resolve();
          return busy--;
        },
        publish: () => undefined,
      },
    },
  });
  expect([state, most]).toEqual(['success', 3]);
});
