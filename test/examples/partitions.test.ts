import type { ExampleActivities } from '../../examples/activities.ts';
import { dailyPrices, dailySales, hourlyClicks } from '../../examples/partitions.ts';
import { testDag } from '../../testing/test-dag.ts';

const loaded: string[] = [];
const activities = {
  io: { load: ({ file }: { readonly file: string }) => loaded.push(file), publish: () => undefined },
};

beforeEach(() => loaded.splice(0));

test('runs are about the partition of their slot', async () => {
  const { status, assets } = await testDag<ExampleActivities>(hourlyClicks, {
    at: new Date('2026-03-10T09:00:00Z'),
    activities,
  });
  expect([status.partitionKey, assets, loaded]).toEqual([
    '2026-03-10T08',
    ['lake/clicks'],
    ['clicks/2026-03-10T08.csv'],
  ]);
});

test('a run is about the partition that it is told, and else, at no slot, about none', async () => {
  const at = new Date('2026-03-10T09:30:00Z');
  await testDag<ExampleActivities>(dailyPrices, { at, partitionKey: '2026-01-01', activities });
  const { status } = await testDag<ExampleActivities>(dailyPrices, { at, activities });
  expect([loaded[0], status.runType, status.partitionKey]).toEqual(['prices/2026-01-01.csv', 'manual', undefined]);
});

test('a run that a partition of assets has started is about that one', async () => {
  const { state } = await testDag<ExampleActivities>(dailySales, { partitionKey: '2026-03-10', activities });
  expect([state, loaded]).toEqual(['success', ['sales/2026-03-10.csv']]);
});
