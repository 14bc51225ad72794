import type { WorkflowHandle } from '@temporalio/client';
import type { TryRecord } from '../../workflows/engine/task-record.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { endOf, skippingTime, taskOf, type Harness, type Stage } from './harness.ts';

const minute = 60_000;

describe('the engine, with time skipped', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await skippingTime('test/workflows/fixtures/fixture-dags', fixtureActivities());
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  const tries = (handle: WorkflowHandle, taskId: string) =>
    handle.query<readonly TryRecord[], [{ taskId: string }]>('tries', { taskId });

  test('tries again as often as retries says, after growing waits, and keeps each try', async () => {
    const handle = await harness.start('flaky', { failures: 3 });
    expect((await endOf(handle)).result).toEqual({ state: 'success', tasks: { call: 'success', after: 'success' } });
    const records = await tries(handle, 'call');
    expect(records.map(({ state, error }) => [state, error?.message])).toEqual([
      ['up_for_retry', 'try 1 fails'],
      ['up_for_retry', 'try 2 fails'],
      ['up_for_retry', 'try 3 fails'],
      ['success', undefined],
    ]);
    const waits = records.slice(1).map(({ start }, n) => (start - (records[n]?.end ?? 0)) / minute);
    // Each is up to twice as long by chance, and no longer than maxRetryDelay.
    const bounds = [
      [10, 20],
      [20, 25],
      [25, 25],
    ];
    for (const [n, [least = 0, most = 0]] of bounds.entries()) {
      expect(waits[n]).toBeGreaterThanOrEqual(least);
      expect(waits[n]).toBeLessThan(most + 0.1);
    }
    expect(await handle.query('result', { taskId: 'after' })).toBe('TRY 4');
  });

  test('fails when no try is left, and what needs it is upstream_failed', async () => {
    const handle = await harness.start('flaky', { failures: 4 });
    const { result, type, message } = await endOf(handle);
    expect(result).toEqual({ state: 'failed', tasks: { call: 'failed', after: 'upstream_failed' } });
    expect([type, message]).toEqual(['DagRunFailed', 'failed: call (try 4 fails)']);
  });

  test('leaves weather to attempts: no try is spent', async () => {
    const handle = await harness.start('weather');
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await handle.query('result', { taskId: 'call' })).toBe(5);
    expect(await tries(handle, 'call')).toHaveLength(1);
  });

  test('bounds a run that waits without an activity', async () => {
    const handle = await harness.start('dozing');
    expect((await endOf(handle)).message).toContain('executionTimeout of 1 h');
  });

  test('ends tasks as they say, and follows the rules from there', async () => {
    const handle = await harness.start('ends');
    const { result } = await endOf(handle);
    expect(result).toEqual({
      state: 'failed',
      tasks: {
        failed: 'failed',
        skipped: 'skipped',
        mixed: ['success', 'skipped', 'success'],
        afterFailed: 'upstream_failed',
        afterSkipped: 'skipped',
        noneFailed: 'success',
        allDone: 'success',
      },
    });
    expect(await tries(handle, 'failed')).toHaveLength(1);
    expect(await handle.query('result', { taskId: 'noneFailed' })).toEqual({
      mixed: [{ state: 'success', value: 10 }, { state: 'skipped' }, { state: 'success', value: 30 }],
      skipped: { state: 'skipped' },
    });
    expect(await handle.query('result', { taskId: 'allDone' })).toEqual({
      failed: { state: 'failed', error: { type: 'TaskFailed', message: 'told to fail' } },
      values: [10, 'skipped', 30],
    });
  });

  test('refuses payloads over 1 MB with a sentence, and does not try again', async () => {
    const handle = await harness.start('oversize');
    const { result } = await endOf(handle);
    expect(result?.tasks).toEqual({ result: 'failed', input: 'failed', activityResult: 'failed', fits: 'success' });
    for (const [taskId, words] of [
      ['result', 'result: the result is 1100002 bytes'],
      ['input', 'input: the input of activity echo is 1100002 bytes'],
      ['activityResult', 'the result of activity big is 1100002 bytes'],
    ] as const) {
      expect((await taskOf(handle, taskId)).error?.message).toContain(words);
      expect(await tries(handle, taskId)).toHaveLength(1);
    }
  });

  test('waits as long as retryDelay says; only a delay that grows has a bound', async () => {
    const handle = await harness.start('patient');
    await endOf(handle);
    const hours = async (taskId: string) => {
      const [first, second] = await tries(handle, taskId);
      return Math.round(((second?.start ?? 0) - (first?.end ?? 0)) / (60 * minute));
    };
    expect([await hours('steady'), await hours('growing')]).toEqual([48, 24]);
  });

  test('gives results as their JSON says, and to nobody to change', async () => {
    const handle = await harness.start('meddling');
    const { result } = await endOf(handle);
    expect(result?.tasks).toMatchObject({ meddle: 'failed', look: 'success' });
    expect((await taskOf(handle, 'meddle')).error?.message).toContain('not extensible');
    expect(await handle.query('result', { taskId: 'look' })).toEqual({
      list: { state: 'success', value: [1, 2] },
      dated: { state: 'success', value: { at: '1970-01-01T00:00:00.000Z', names: {} } },
    });
  });

  test('runs five hundred items of a map', async () => {
    const handle = await harness.start('wide');
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await handle.query('result', { taskId: 'sum' })).toBe(124_750);
  });
});
