import type { ExampleActivities } from '../../examples/activities.ts';
import { dailyFiles } from '../../examples/first-dag.ts';
import { eachRegion } from '../../examples/map-group.ts';
import { eachFile } from '../../examples/mapping.ts';
import { askedFor } from '../../examples/params.ts';
import { countedRows } from '../../examples/results.ts';
import { testDag } from '../../testing/test-dag.ts';
import { failTask } from '../../workflows/engine/failures.ts';

test('a first DAG: the run of a day is about the day before, and hands on what its tasks give', async () => {
  const seen: unknown[] = [];
  const { state, states } = await testDag<ExampleActivities>(dailyFiles, {
    at: new Date('2026-03-02T00:00:00Z'),
    activities: {
      io: {
        listFiles: ({ day }) => [`${day}-a`, `${day}-bb`],
        load: ({ file }) => file.length,
        publish: ({ rows }) => void seen.push(rows),
      },
    },
  });
  expect([state, states]).toEqual(['success', { files: 'success', load: 'success', publish: 'success' }]);
  expect(seen).toEqual(['2026-03-01-a'.length + '2026-03-01-bb'.length]);
});

test.each([
  ['rows', ['a.csv'], 7, { count: 'success', check: 'success', report: 'success' }, '7 rows'],
  ['an empty file', ['a.csv'], 0, { count: 'success', check: 'skipped', report: 'success' }, 'nothing today'],
  ['no file', [], 0, { count: 'failed', check: 'upstream_failed', report: 'upstream_failed' }, null],
])('results: %s', async (_, files, rows, states, report) => {
  const ended = await testDag<ExampleActivities>(countedRows, {
    activities: { io: { listFiles: () => files, load: () => rows } },
  });
  expect(ended.states).toEqual(states);
  expect(ended.tries({ taskId: 'count' })).toHaveLength(1);
  expect(ended.states['report'] === 'success' ? ended.result({ taskId: 'report' }) : null).toBe(report);
});

test('mapping: over a result, each with each, and side by side', async () => {
  const { states, result, status } = await testDag<ExampleActivities>(eachFile, {
    activities: { io: { listFiles: () => ['a', 'bb', 'ccc'], load: ({ file }) => file.length } },
  });
  expect(states['load']).toEqual(['success', 'success', 'success']);
  expect(status.tasks.filter(({ taskId }) => taskId === 'load').map(({ label }) => label)).toEqual([
    'load[a]',
    'load[bb]',
    'load[ccc]',
  ]);
  expect(result({ taskId: 'sum' })).toBe(6);
  const results = (taskId: string, length: number) =>
    Array.from({ length }, (_, mapIndex) => result({ taskId, mapIndex }));
  expect(results('pair', 4)).toEqual(['north 2025', 'north 2026', 'south 2025', 'south 2026']);
  expect(results('together', 3)).toEqual(['a: 1', 'bb: 2', 'ccc: 3']);
});

test('mapping over nothing skips', async () => {
  const { state, states } = await testDag<ExampleActivities>(eachFile, { activities: { io: { listFiles: () => [] } } });
  expect([state, states['sum'], states['together']]).toEqual(['success', 'skipped', 'skipped']);
});

test('a mapped group: each region goes by itself', async () => {
  const { states } = await testDag<ExampleActivities>(eachRegion, {
    activities: {
      io: { load: ({ file }) => (file === 'north.csv' ? failTask('no file') : 5), publish: () => undefined },
    },
  });
  expect(states).toEqual({
    'region.load': ['failed', 'success'],
    'region.publish': ['upstream_failed', 'success'],
    tell: 'upstream_failed',
  });
});

test('params: defaults, what is given, and what is wrong', async () => {
  const loaded: string[] = [];
  const activities = { io: { load: ({ file }: { file: string }) => loaded.push(file) } };
  await testDag<ExampleActivities>(askedFor, { activities });
  await testDag<ExampleActivities>(askedFor, { activities, params: { source: 'returns', days: 2 } });
  expect(loaded).toEqual(['orders-0.csv', 'returns-0.csv', 'returns-1.csv']);
  await expect(testDag(askedFor, { params: { days: 32, dayz: 1 } })).rejects.toThrow(
    /askedFor has no param dayz; it has source, days, note; days: Too big/,
  );
});
