import { z } from 'zod';
import { cron } from '../../dag/timetable.ts';
import { testDag } from '../../testing/test-dag.ts';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { failTask, skip } from '../../workflows/engine/failures.ts';
import { pinterestDaily } from '../../workflows/pinterest-daily.ts';
import { processorTime } from '../support/processor-time.ts';

const io = activitiesOn<{ readonly fetch: (name: string) => Promise<readonly string[]> }>('io');

const sample = dag(
  'sample',
  {
    schedule: cron('@daily'),
    params: z.object({ name: z.string().default('ada') }),
    defaultArgs: { retries: 2, retryDelay: '10 minutes', retryExponentialBackoff: true },
  },
  ({ task, map, branch }) => {
    const fetched = task('fetched', { run: (_, { params }) => io.fetch(params.name) });
    const each = map('each', fetched, { run: (item) => (item === 'b' ? skip() : item.toUpperCase()) });
    const choose = branch('choose', {
      needs: { fetched },
      choices: ['many', 'few'],
      run: ({ fetched: list }) => (list.length > 2 ? 'many' : 'few'),
    });
    task('many', { after: [choose], run: () => 'many' });
    task('few', { after: [choose], run: () => 'few' });
    task('report', {
      needs: { each },
      triggerRule: 'all_done',
      run: ({ each: outcomes }) => outcomes.map(({ state }) => state),
    });
  },
);

describe('testDag', () => {
  test('runs what tasks do, with stand-ins where a worker is needed', async () => {
    const { state, states, result, status } = await testDag(sample, {
      at: new Date('2026-03-02T00:00:00Z'),
      tasks: { fetched: () => ['a', 'b'] },
    });
    expect(state).toBe('success');
    expect(states).toEqual({
      fetched: 'success',
      each: ['success', 'skipped'],
      choose: 'success',
      many: 'skipped',
      few: 'success',
      report: 'success',
    });
    expect(result({ taskId: 'report' })).toEqual(['success', 'skipped']);
    expect(result({ taskId: 'each', mapIndex: 0 })).toBe('A');
    expect(status).toMatchObject({
      runType: 'scheduled',
      logicalDate: '2026-03-01T00:00:00Z',
      dataInterval: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
    });
  });

  test('gives stand-ins the run, its params and the try, and skips the time between tries', async () => {
    const names: unknown[] = [];
    const { state, states, tries } = await testDag(sample, {
      at: new Date('2026-03-02T09:00:00Z'),
      params: { name: 'bob' },
      tasks: {
        fetched: (_, { params, tryNumber, runType }) => {
          names.push([params, tryNumber, runType]);
          if (tryNumber < 3) throw new Error(`try ${tryNumber}`);
          return ['a', 'b', 'c'];
        },
      },
    });
    expect(names).toEqual([1, 2, 3].map((n) => [{ name: 'bob' }, n, 'manual']));
    expect([state, states['many']]).toEqual(['success', 'success']);
    const records = tries({ taskId: 'fetched' });
    expect(records.map((one) => [one.state, one.error?.message])).toEqual([
      ['up_for_retry', 'try 1'],
      ['up_for_retry', 'try 2'],
      ['success', undefined],
    ]);
    const starts = records.map(({ start }) => (start - (records[0]?.start ?? 0)) / 60_000);
    // Each wait is up to twice as long by chance.
    expect(starts[0]).toBe(0);
    expect(starts[1]).toBeGreaterThanOrEqual(10);
    expect(starts[1]).toBeLessThan(20);
    expect((starts[2] ?? 0) - (starts[1] ?? 0)).toBeGreaterThanOrEqual(20);
    expect((starts[2] ?? 0) - (starts[1] ?? 0)).toBeLessThan(40);
  });

  test('fails as the engine does: a final failure has one try, and what needs it is upstream_failed', async () => {
    const { state, states, tries, status } = await testDag(sample, { tasks: { fetched: () => failTask('no voice') } });
    expect(state).toBe('failed');
    expect(states).toMatchObject({ fetched: 'failed', each: 'upstream_failed', choose: 'upstream_failed' });
    expect(tries({ taskId: 'fetched' })).toHaveLength(1);
    expect(status.tasks[0]).toMatchObject({ error: { type: 'TaskFailed', message: 'no voice' } });
  });

  test.each([
    ['a stand-in of no task', { tasks: { fetch: () => null } }, 'there is no task fetch; there are fetched, each'],
    ['wrong params', { params: { nam: 1 } }, 'the params of sample are not right: sample has no param nam'],
  ])('says what is wrong with %s', async (_, options, words) => {
    await expect(testDag(sample, options)).rejects.toThrow(words);
  });

  test('runs the daily batch in milliseconds', async () => {
    const tables = ['pin', 'geo', 'user'];
    const taken = processorTime();
    const { state, states } = await testDag(pinterestDaily, {
      tasks: {
        emulate: () => ({}),
        land: (_, { mapIndex }) => ({ table: tables[mapIndex], partitions: [] }),
        clean: () => {
          throw new Error('a full disk');
        },
        report: () => ({ key: 'report' }),
      },
    });
    expect(taken()).toBeLessThan(500);
    expect(state).toBe('failed');
    expect(states).toMatchObject({
      clean: ['failed', 'failed', 'failed'],
      report: 'success',
      verify: 'upstream_failed',
    });
  });
});
