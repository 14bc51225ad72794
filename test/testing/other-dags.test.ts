import { z } from 'zod';
import { cron, cronPartition } from '../../dag/timetable.ts';
import { testDag } from '../../testing/test-dag.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { dagRunSensor } from '../../workflows/operators/dag-run-sensor.ts';
import { triggerDag } from '../../workflows/operators/trigger-dag.ts';

const at = new Date('2026-03-02T00:00:00Z');
const loads = dag(
  'loads',
  { schedule: cron('@daily'), params: z.object({ posts: z.int().default(1) }) },
  ({ task }) => {
    task('load', { run: () => 1 });
  },
);

test('a DAG is triggered for the partition that is named, or for the run’s own, and for none that is no key', async () => {
  const triggers = dag('triggers', { schedule: cronPartition('@daily', { keyFormat: '%Y-%m-%d' }) }, ({ task }) => {
    task('named', { run: () => triggerDag(loads, { partitionKey: 'us' }) });
    task('same', { run: () => triggerDag(loads, { sameInterval: true }) });
    task('none', { run: () => triggerDag(loads) });
    task('wrong', { run: () => triggerDag(loads, { partitionKey: '' }) });
  });
  const told = new Map<string, string | undefined>();
  const { states, tries } = await testDag(triggers, {
    at,
    dags: {
      loads: ({ runId, partitionKey }) => {
        told.set(runId, partitionKey);
        return 'success';
      },
    },
  });
  expect([...told.values()]).toEqual(['us', '2026-03-02', undefined]);
  expect(states).toEqual({ named: 'success', same: 'success', none: 'success', wrong: 'failed' });
  expect(tries({ taskId: 'wrong' })[0]?.error?.message).toContain("triggerDag: the partition key is ''");
});

describe('operators about other DAGs, in a test', () => {
  const loader = dag(
    'loader',
    { schedule: cron('@daily'), defaultArgs: { retries: 1, retryDelay: '1 minute' } },
    ({ task, map }) => {
      map('load', [1, 2], { run: (posts) => triggerDag(loads, { conf: { posts }, waitForCompletion: true }) });
      task('same', { run: () => triggerDag('loads', { sameInterval: true }) });
      task('twice', {
        run: async () => [await triggerDag('loads'), await triggerDag('loads')].map(({ runId }) => runId),
      });
    },
  );

  test('a DAG that is triggered is the test’s, and is told what its run would be; one that failed is run again', async () => {
    const told: unknown[] = [];
    const { state, states, tries, result } = await testDag(loader, {
      at,
      dags: {
        loads: (run) => {
          const { runId, conf, dataInterval, again } = run;
          told.push({ runId, conf, dataInterval, again });
          return told.length === 1 ? 'failed' : 'success';
        },
      },
    });
    expect([state, states]).toEqual(['success', { load: ['success', 'success'], same: 'success', twice: 'success' }]);
    expect(tries({ taskId: 'load', mapIndex: 0 }).map(({ error }) => error?.type ?? null)).toEqual([
      'TriggeredRunFailed',
      null,
    ]);
    const id = 'loads-triggered__loader-test__load__0';
    expect(result({ taskId: 'load', mapIndex: 0 })).toEqual({ dagId: 'loads', runId: id, state: 'success' });
    expect(told.filter((one) => (one as { readonly runId: string }).runId === id)).toHaveLength(2);
    expect(told).toContainEqual({
      runId: 'loads-manual__2026-03-01T00:00:00.000Z',
      dataInterval: { start: '2026-03-01T00:00:00.000Z', end: '2026-03-02T00:00:00.000Z' },
      again: false,
    });
    expect(result({ taskId: 'twice' })).toEqual([
      'loads-triggered__loader-test__twice',
      'loads-triggered__loader-test__twice__2',
    ]);
  });

  test('one that the test does not give fails it, and says so', async () => {
    await expect(testDag(loader, { at })).rejects.toThrow(
      'DAG loads is triggered, which the test does not give: give dags.loads',
    );
  });

  test('a sensor asks for the date that its delta says, and ends as it is told', async () => {
    const waits = dag('waits', { schedule: cron('@daily') }, ({ task }) => {
      task('later', { run: () => dagRunSensor({ externalDagId: loads, executionDelta: '-1 day' }) });
      task('softly', { run: () => dagRunSensor({ externalDagId: 'gone', softFail: true }) });
      task('wrong', { run: () => dagRunSensor({ externalDagId: loads, allowedStates: ['deferred'] }) });
      task('twice', {
        run: () => dagRunSensor({ externalDagId: loads, allowedStates: ['success'], failedStates: ['success'] }),
      });
    });
    const { states, status, result } = await testDag(waits, {
      at,
      activities: {
        io: {
          findDagRuns: ({ dagId, logicalDates }, { attempt }) => {
            if (dagId === 'gone') return { verdict: 'failed', reason: 'there is none' };
            const runs = logicalDates.map((logicalDate) => ({ runId: 'r', logicalDate, state: 'success' as const }));
            return attempt < 3 ? null : { verdict: 'found', runs };
          },
        },
      },
    });
    expect(states).toEqual({ later: 'success', softly: 'skipped', wrong: 'failed', twice: 'failed' });
    expect(result({ taskId: 'later' })).toEqual([
      { runId: 'r', logicalDate: '2026-03-02T00:00:00Z', state: 'success' },
    ]);
    expect(status.tasks.map(({ error }) => error?.message ?? null)).toEqual([
      null,
      null,
      "dagRunSensor: allowedStates has 'deferred'; there are queued, running, success, failed",
      "dagRunSensor: 'success' is in two lists of states; leave it in one",
    ]);
  });
});
