import type { WorkflowHandle } from '@temporalio/client';
import type { NotifyInput } from '../../activities/steps/contract.ts';
import { endOf, skippingTime, taskOf, type Stage } from './harness.ts';

describe('limits of a whole run, with time skipped', () => {
  const posted: NotifyInput[] = [];
  let stage: Stage;

  beforeAll(async () => {
    const notifyWebhook = async (input: NotifyInput): Promise<void> => void posted.push(input);
    stage = await skippingTime('test/workflows/fixtures/run-limit-dags', { notifyWebhook });
  });

  beforeEach(() => void (posted.length = 0));

  afterAll(() => stage.end());

  const minutesOf = async (handle: WorkflowHandle): Promise<number> => {
    const { startTime, closeTime } = await handle.describe();
    return Math.round(((closeTime?.getTime() ?? 0) - startTime.getTime()) / 60_000);
  };

  test('a deadline that passes is told once, one that was past at once, one that is not reached never', async () => {
    const handle = await stage.harness.start('late');
    expect((await endOf(handle)).result?.state).toBe('success');
    const told = posted.map(({ event }) => event);
    expect(told.map((event) => [event?.event, event?.task, event?.state])).toEqual(
      // The one that was past before the run had its turn, then the others.
      ['queued', 'running', 'running', 'running'].map((state) => ['deadline', null, state]),
    );
    expect(told.map((event) => /\((.*)\)/.exec(event?.error?.message ?? '')?.[1])).toEqual([
      'fixed - 1 h 0 min',
      'queuedAt + 1 h 0 min',
      'logicalDate + 1 h 30 min',
      'logicalDate + 1 h 30 min',
    ]);
    expect(told[0]?.error).toEqual({
      type: 'DeadlineMissed',
      message: 'the run has not ended by 2019-12-31T23:00:00Z, its deadline (fixed - 1 h 0 min)',
    });
    expect(await minutesOf(handle)).toBe(120);
  });

  test('a deadline of the average runtime is there once as many runs have been, and is told when one takes longer', async () => {
    for (const hours of [1, 2])
      expect((await endOf(await stage.harness.start('usual', { hours }))).result?.state).toBe('success');
    expect(posted).toEqual([]);
    await endOf(await stage.harness.start('usual', { hours: 1 }));
    expect(posted).toEqual([]);
    const late = await stage.harness.start('usual', { hours: 2 });
    await endOf(late);
    expect(posted.map(({ event }) => /\((.*)\)/.exec(event?.error?.message ?? '')?.[1])).toEqual([
      'averageRuntime + 15 min 0 s',
    ]);
  });

  test('dagrunTimeout fails the run: what has begun fails, the rest is skipped', async () => {
    const handle = await stage.harness.start('timedOut');
    const { result, type, message } = await endOf(handle);
    expect(type).toBe('DagRunFailed');
    expect(message).toBe(
      'the run took longer than its dagrunTimeout of 1 h 0 min; failed: slow (the run took longer than its dagrunTimeout of 1 h 0 min); retried (it broke)',
    );
    expect(result?.tasks).toEqual({
      up: 'success',
      slow: 'failed',
      retried: 'failed',
      after: 'skipped',
      down: 'skipped',
    });
    expect(await taskOf(handle, 'slow')).toMatchObject({ tryNumber: 1, error: { type: 'DagRunTimeout' } });
    expect(await minutesOf(handle)).toBe(60);
    expect(posted.map(({ event }) => `${event?.event} ${event?.task?.label ?? 'run'}`).toSorted()).toEqual([
      'failure retried',
      'failure slow',
      'run_failure run',
    ]);
  });

  test('a run that is in time ends as ever', async () => {
    const handle = await stage.harness.start('inTime');
    expect((await endOf(handle)).result).toEqual({ state: 'success', tasks: { quick: 'success' } });
  });

  test('failFast ends the run at the first failure, and its teardowns still run', async () => {
    const handle = await stage.harness.start('fastFailing');
    const { result, message } = await endOf(handle);
    expect(result).toEqual({
      state: 'failed',
      tasks: { up: 'success', slow: 'failed', bad: 'failed', below: 'skipped', later: 'skipped', down: 'success' },
    });
    expect(message).toContain('task bad failed, and the DAG fails fast; failed: ');
    expect(await taskOf(handle, 'slow')).toMatchObject({ tryNumber: 1, error: { type: 'FailFast' } });
    expect(await minutesOf(handle)).toBe(15);
  });
});
