import type { ExampleActivities } from '../../examples/activities.ts';
import { joinsAssets, makesAssets } from '../../examples/assets.ts';
import { testDag } from '../../testing/test-dag.ts';
import { failTask } from '../../workflows/engine/failures.ts';

test('assets are made by tasks that succeed, and by no others', async () => {
  const { state, assets } = await testDag<ExampleActivities>(makesAssets, {
    activities: { io: { load: ({ file }) => (file === 'pins.csv' ? 1 : failTask('told to')) } },
  });
  expect([state, assets]).toEqual(['failed', ['lake/pins']]);
});

test('a run that assets have started is told which', async () => {
  const rows: number[] = [];
  const about = { dagId: 'makesAssets', runId: 'r', taskId: 't', mapIndex: -1, timestamp: 0 };
  const events = ['lake/pins', 'lake/users', 'lake/pins'].map((asset, at) => ({ ...about, asset, id: String(at) }));
  const { state } = await testDag<ExampleActivities>(joinsAssets, {
    triggeringAssetEvents: events,
    activities: { io: { publish: (given) => void rows.push(given.rows) } },
  });
  expect([state, rows]).toEqual(['success', [3]]);
});
