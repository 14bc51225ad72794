import type { ExampleActivities } from '../../examples/activities.ts';
import { fullOrPart } from '../../examples/branch.ts';
import { orderedSteps } from '../../examples/edges.ts';
import { newestDay } from '../../examples/latest-only.ts';
import { borrowedCluster } from '../../examples/setup-teardown.ts';
import { whenThereIsNews } from '../../examples/short-circuit.ts';
import { groupedLoads } from '../../examples/task-groups.ts';
import { twoSources } from '../../examples/trigger-rules.ts';
import { testDag } from '../../testing/test-dag.ts';
import { failTask } from '../../workflows/engine/failures.ts';
import { waitFor } from '../../workflows/operators/wait-until.ts';

const upstreamOf = (dag: typeof orderedSteps) =>
  Object.fromEntries(dag.definition.tasks.map(({ id, upstream }) => [id, upstream]));

test('edges for order alone', async () => {
  expect(upstreamOf(orderedSteps)).toEqual({
    open: [],
    left: ['open'],
    right: ['open'],
    check: ['left', 'right'],
    mail: ['check', 'right'],
    post: ['check', 'right'],
    close: ['mail', 'post'],
  });
  expect(orderedSteps.definition.tasks.at(-1)?.edgeLabels).toEqual({ post: 'when all is out' });
  expect((await testDag(orderedSteps)).state).toBe('success');
});

test('trigger rules: one load fails', async () => {
  const { state, states, result } = await testDag<ExampleActivities>(twoSources, {
    activities: { io: { load: ({ file }) => (file === 'orders.csv' ? failTask('no such file') : 3) } },
  });
  expect(states).toEqual({
    orders: 'failed',
    returns: 'success',
    sum: 'upstream_failed',
    atLeastOne: 'success',
    alarm: 'success',
    report: 'success',
  });
  expect(result({ taskId: 'report' })).toBe('orders: failed, returns: success');
  expect(state).toBe('failed');
});

test.each([
  ['2026-03-01T12:00:00Z', { full: 'success', part: 'skipped' }, 3_000],
  ['2026-03-02T12:00:00Z', { full: 'skipped', part: 'success' }, 100],
])('a branch: at %s', async (at, chosen, rows) => {
  const published: number[] = [];
  const { states } = await testDag<ExampleActivities>(fullOrPart, {
    at: new Date(at),
    activities: {
      io: {
        load: ({ file }) => (file === 'month.csv' ? 3_000 : 100),
        publish: (day) => void published.push(day.rows),
      },
    },
  });
  expect(states).toEqual({ pick: 'success', publish: 'success', ...chosen });
  expect(published).toEqual([rows]);
});

test('a short circuit skips all below it, or only what is directly below', async () => {
  const { state, states } = await testDag<ExampleActivities>(whenThereIsNews, {
    activities: { io: { listFiles: () => [] } },
  });
  expect(states).toMatchObject({ load: 'skipped', archive: 'skipped', split: 'skipped', count: 'success' });
  expect(state).toBe('success');
});

test('latest only: no mail from a run whose next one is over; from the newest, and from one by hand', async () => {
  const due = new Date('2026-03-02T00:00:00Z');
  const byHand = new Date('2026-03-02T10:11:12Z');
  const mailed = async (at: Date, taking: '1 hour' | '2 days') =>
    (await testDag(newestDay, { at, tasks: { load: () => waitFor(taking) } })).states['mail'];
  expect(await mailed(due, '1 hour')).toBe('success');
  expect(await mailed(due, '2 days')).toBe('skipped');
  expect(await mailed(byHand, '2 days')).toBe('success');
});

test('task groups: ids, defaults and edges', async () => {
  const { tasks, groups } = groupedLoads.definition;
  expect(upstreamOf(groupedLoads)).toEqual({
    open: [],
    'load.orders': ['open'],
    'load.checks.dates': ['load.orders'],
    'load.checks.sums': ['load.orders'],
    publish: ['load.orders', 'load.checks.dates', 'load.checks.sums'],
  });
  expect(tasks.map(({ retries }) => retries)).toEqual([1, 5, 5, 5, 1]);
  expect(groups.map(({ id }) => id)).toEqual(['load', 'load.checks']);
  const { state } = await testDag<ExampleActivities>(groupedLoads, {
    activities: { io: { load: () => 3, publish: () => undefined } },
  });
  expect(state).toBe('success');
});

test('a teardown runs whatever became of the work, and not without its setup', async () => {
  const stopped: string[] = [];
  const started = await testDag<ExampleActivities>(borrowedCluster, {
    activities: {
      io: {
        startCluster: () => ({ clusterId: 'c1' }),
        load: () => failTask('too big'),
        stopCluster: ({ clusterId }) => void stopped.push(clusterId),
      },
    },
  });
  expect(started.states).toEqual({ start: 'success', work: 'failed', stop: 'success' });
  expect([started.state, stopped]).toEqual(['failed', ['c1']]);
  const refused = await testDag<ExampleActivities>(borrowedCluster, {
    activities: { io: { startCluster: () => failTask('no quota') } },
  });
  expect(refused.states).toEqual({ start: 'failed', work: 'upstream_failed', stop: 'upstream_failed' });
});
