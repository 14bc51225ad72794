import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import {
  clearUpdate,
  markRunUpdate,
  markUpdate,
  type ClearInput,
  type EditedInstance,
} from '../../../workflows/engine/edits.ts';
import type { RunStatus, TaskAddress } from '../../../workflows/engine/queries.ts';
import type { TryRecord } from '../../../workflows/engine/task-record.ts';
import type { MarkRequest } from '../../../dag/mark.ts';
import { resumable } from '../../../dag/clearable.ts';
import type { RunRecord } from '../../../dag/run-record.ts';
import { eventually } from '../../support/own-state.ts';
import { openBench } from '../fixtures/edit-activities.ts';
import { bundle, endOf, onRealServer, type Harness, type Stage } from '../harness.ts';

const bench = openBench();
const { held, log, failing, release } = bench;

describe('edits of a run that is under way, on a real server', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/edit-dags', bench.activities);
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  afterEach(() => bench.reset());

  const textOf = (edited: readonly EditedInstance[]): readonly string[] =>
    edited.map(({ taskId, mapIndex, from, to }) => `${taskId}${mapIndex < 0 ? '' : `[${mapIndex}]`} ${from} > ${to}`);
  const clear = async (run: WorkflowHandle, input: ClearInput): Promise<readonly string[]> =>
    textOf(await run.executeUpdate(clearUpdate, { args: [input] }));
  const mark = async (run: WorkflowHandle, input: MarkRequest): Promise<readonly string[]> =>
    textOf(await run.executeUpdate(markUpdate, { args: [input] }));
  const statesOf = async (run: WorkflowHandle): Promise<Readonly<Record<string, string>>> => {
    const { tasks } = await run.query<RunStatus>('states');
    return Object.fromEntries(tasks.map(({ label, state, tryNumber }) => [label, `${state} ${tryNumber}`]));
  };
  const triesOf = async (run: WorkflowHandle, taskId: string): Promise<readonly string[]> =>
    (await run.query<readonly TryRecord[], [TaskAddress]>('tries', { taskId })).map(({ state }) => state);
  const until = (run: WorkflowHandle, label: string, state: string): Promise<void> =>
    eventually(`${label} is ${state}`, async () => (await statesOf(run))[label] === state);
  /** A task runs as soon as its activity is scheduled; one that no worker has begun leaves no trace where it is stopped. */
  const works = (name: string): Promise<void> => eventually(`${name} works`, () => log.includes(name));

  async function recordOf({ workflowId: runId }: WorkflowHandle): Promise<RunRecord> {
    const [dagId = ''] = runId.split('-');
    const record = await harness.ledger.read({ dagId, runId });
    if (record === undefined) throw new Error('there is no record');
    return record;
  }

  /** A run in which slow runs, flaky waits for its second try, waits for a signal, and all that can has ended. */
  async function begin(): Promise<WorkflowHandle> {
    held.add('slow');
    failing.add('flaky');
    const run = await harness.start('edited');
    await until(run, 'slow', 'running 1');
    await until(run, 'flaky', 'up_for_retry 1');
    for (const letter of ['a', 'b']) await until(run, `each[${letter}]`, 'success 1');
    await works('slow');
    failing.clear();
    return run;
  }

  /** Lets go of what still holds a run, and tells how it ended. */
  async function finish(run: WorkflowHandle): Promise<Awaited<ReturnType<typeof endOf>>> {
    release('slow');
    await run.signal('go', 'now');
    return endOf(run);
  }

  test('a task that runs is stopped, awaited and begun anew; one between two tries goes on at once', async () => {
    const run = await begin();
    expect(await clear(run, { taskIds: ['slow', 'flaky'], onlyFailed: false })).toEqual([
      'slow running > restarting',
      'flaky up_for_retry > none',
    ]);
    await until(run, 'slow', 'running 2');
    await until(run, 'flaky', 'success 2');
    release('slow');
    expect((await finish(run)).result).toMatchObject({ state: 'success' });
    expect(log.filter((name) => /slow|after/.test(name))).toEqual(['slow', 'slow!', 'slow', 'after slow 2']);
    expect(await triesOf(run, 'slow')).toEqual(['restarting', 'success']);
    expect(await triesOf(run, 'flaky')).toEqual(['failed', 'success']);
    const workflowBundle = await bundle('test/workflows/fixtures/edit-dags');
    await Worker.runReplayHistory({ workflowBundle }, await run.fetchHistory(), run.workflowId);
  });

  test('what is cleared with its upstream waits for it; what is not cleared stays', async () => {
    const run = await begin();
    held.add('first');
    expect(await clear(run, { taskIds: ['slow'], includeUpstream: true, onlyFailed: false })).toEqual([
      'first success > none',
      'slow running > restarting',
    ]);
    await eventually('slow is stopped', () => log.includes('slow!'));
    await until(run, 'slow', 'none 1');
    await until(run, 'first', 'running 2');
    release('first');
    await until(run, 'slow', 'running 2');
    // Alone: what comes after it runs on.
    expect(await clear(run, { taskIds: ['first'], onlyFailed: false })).toEqual(['first success > none']);
    await until(run, 'first', 'success 3');
    expect(await mark(run, { taskIds: ['flaky'], state: 'success' })).toEqual(['flaky up_for_retry > success']);
    expect((await finish(run)).result).toMatchObject({ state: 'success' });
    expect(log.filter((name) => /^(first|slow)/.test(name)).toSorted()).toEqual(
      ['first', 'first', 'first', 'slow', 'slow', 'slow!'].toSorted(),
    );
    expect(log.at(-1)).toBe('after slow 2');
  });

  test('a task that is marked is stopped and takes the state, and what failed below it goes on', async () => {
    const run = await begin();
    expect(await mark(run, { taskIds: ['slow'], state: 'failed' })).toEqual(['slow running > failed']);
    await until(run, 'after', 'upstream_failed 0');
    expect(await statesOf(run)).toMatchObject({ slow: 'failed 1', flaky: 'up_for_retry 1', waits: 'deferred 1' });
    expect((await run.query<RunStatus>('states')).tasks.find(({ taskId }) => taskId === 'slow')?.error).toEqual({
      type: 'MarkedFailed',
      message: 'it was marked as failed by hand',
    });
    expect(await mark(run, { taskIds: ['slow', 'flaky', 'waits'], state: 'success' })).toEqual([
      'slow failed > success',
      'flaky up_for_retry > success',
      'waits deferred > success',
      'after upstream_failed > none',
    ]);
    expect((await endOf(run)).result).toMatchObject({
      state: 'success',
      tasks: { after: 'success', waits: 'success', flaky: 'success' },
    });
    expect(log.filter((name) => /slow|after/.test(name))).toEqual(['slow', 'slow!', 'after undefined']);
  });

  test('a wait is begun anew, an index alone runs again, and what has not begun is never run', async () => {
    const run = await begin();
    expect(await clear(run, { taskIds: ['waits', ['each', 1]], onlyFailed: false })).toEqual([
      'waits deferred > none',
      'each[1] success > none',
    ]);
    expect(await mark(run, { taskIds: ['after', 'flaky'], state: 'skipped' })).toEqual([
      'after none > skipped',
      'flaky up_for_retry > skipped',
    ]);
    await until(run, 'each[b]', 'success 2');
    await until(run, 'waits', 'deferred 2');
    expect(await finish(run)).toMatchObject({ result: { state: 'success', tasks: { after: 'skipped' } } });
    expect(log.toSorted()).toEqual(['each a', 'each b', 'each b', 'first', 'flaky', 'slow']);
  });

  test('a run that goes on is given the results that a clear has need of later', async () => {
    const run = await begin();
    await mark(run, { taskIds: ['flaky', 'waits'], state: 'success' });
    release('slow');
    await endOf(run);
    const record = await recordOf(run);
    held.add('each a');
    await harness.control.rerun({ record, cleared: [{ taskId: 'each', mapIndex: 0 }] });
    const again = harness.client.workflow.getHandle(run.workflowId);
    await until(again, 'each[a]', 'running 2');
    await eventually('index a works', () => log.filter((name) => name === 'each a').length === 2);
    log.splice(0);
    await expect(again.query<unknown, [TaskAddress]>('result', { taskId: 'slow' })).rejects.toThrow('record before');
    expect(await clear(again, { taskIds: ['after'], onlyFailed: false })).toEqual(['after success > none']);
    await until(again, 'after', 'success 2');
    release('each a');
    expect((await endOf(again)).result).toMatchObject({ state: 'success' });
    expect(log).toEqual(['after slow 1']);
  });

  test('a run that was cancelled goes on with what failed and what was given up, not with what a mark has skipped', async () => {
    const run = await begin();
    await mark(run, { taskIds: [['each', 0]], state: 'skipped' });
    await run.cancel();
    await endOf(run);
    const record = await recordOf(run);
    expect(record.tasks.filter(({ abandoned }) => abandoned).map(({ taskId }) => taskId)).toEqual(['after']);
    expect(resumable(record).map(({ taskId }) => taskId)).toEqual(['slow', 'after', 'flaky', 'waits']);
    bench.reset();
    await harness.control.rerun({ record, cleared: resumable(record) });
    expect(await finish(harness.client.workflow.getHandle(run.workflowId))).toMatchObject({
      result: { state: 'success', tasks: { after: 'success', each: ['skipped', 'success'] } },
    });
    expect(log.toSorted()).toEqual(['after slow 1', 'flaky', 'slow']);
  });

  test('a run that has ended takes marks, and then ends as its tasks say; or it is marked as a whole', async () => {
    failing.add('one').add('three');
    const failed = await harness.start('narrow');
    expect((await endOf(failed)).result).toMatchObject({ state: 'failed', tasks: { one: 'failed', three: 'failed' } });
    log.splice(0);
    await harness.control.rerun({
      record: await recordOf(failed),
      cleared: [],
      marked: [
        { taskId: 'one', mapIndex: -1, state: 'success' },
        { taskId: 'three', mapIndex: -1, state: 'skipped' },
      ],
    });
    expect(await endOf(harness.client.workflow.getHandle(failed.workflowId))).toMatchObject({
      result: { state: 'success', tasks: { one: 'success', two: 'success', three: 'skipped' } },
    });
    await harness.control.rerun({ record: await recordOf(failed), cleared: [], failed: true });
    expect(await endOf(harness.client.workflow.getHandle(failed.workflowId))).toMatchObject({
      message: 'the run was marked as failed by hand',
      result: { state: 'failed', tasks: { one: 'success', two: 'success' } },
    });
    expect(await recordOf(failed)).toMatchObject({ attempt: 3, from: 2, state: 'failed' });
    expect(log).toEqual([]);
  });

  test('an index of a part of a long map is edited when its part is over, and the part ends where all of it is', async () => {
    held.add('three');
    const run = await harness.start('long');
    await works('three');
    expect(await clear(run, { taskIds: [['each', 3]], onlyFailed: false })).toEqual(['each[3] running > restarting']);
    release('three');
    expect((await endOf(run)).result?.state).toBe('success');
    await expect(run.query<unknown, [TaskAddress]>('result', { taskId: 'sum' })).resolves.toBe('501 of which three 2');
    log.splice(0);
    held.add('three');
    const marked = await harness.start('long');
    await works('three');
    await mark(marked, { taskIds: ['each'], state: 'success' });
    expect((await endOf(marked)).result?.state).toBe('success');
    expect(log).toEqual(['three', 'three!']);
  });

  test('slots are given back and taken anew', async () => {
    // Heavier than the others, so they come first.
    held.add('one');
    const run = await harness.start('narrow');
    await until(run, 'one', 'running 1');
    await works('one');
    expect(await mark(run, { taskIds: ['two'], state: 'skipped' })).toEqual(['two queued > skipped']);
    expect(await clear(run, { taskIds: ['one', 'three'], onlyFailed: false })).toEqual([
      'one running > restarting',
      'three queued > none',
    ]);
    await until(run, 'one', 'running 2');
    await eventually('it works again', () => log.at(-1) === 'one');
    expect(log).toEqual(['up', 'inner', 'one', 'one!', 'one']);
    release('one');
    expect((await endOf(run)).result).toMatchObject({ state: 'success', tasks: { two: 'skipped' } });
    expect(log.slice(5)).toEqual(['three', 'down']);
  });

  test('slots of pools are given back and taken anew, and all else keeps its place', async () => {
    await harness.pools.resize('narrow', { slots: 1, description: 'of a test' });
    held.add('one').add('two');
    const run = await harness.start('pooled');
    await until(run, 'one', 'running 1');
    await works('one');
    await until(run, 'three', 'queued 0');
    expect(await clear(run, { taskIds: ['one'], onlyFailed: false })).toEqual(['one running > restarting']);
    expect(await mark(run, { taskIds: ['three'], state: 'skipped' })).toEqual(['three queued > skipped']);
    await until(run, 'two', 'running 1');
    await works('two');
    expect(log).toEqual(['one', 'one!', 'two']);
    expect(await statesOf(run)).toMatchObject({ one: 'queued 1', after: 'none 0' });
    release('one');
    release('two');
    expect((await endOf(run)).result).toMatchObject({ state: 'success', tasks: { three: 'skipped' } });
    expect(log).toEqual(['one', 'one!', 'two', 'one', 'after']);
    expect(await harness.pools.status('narrow')).toMatchObject({ held: [], waiting: [] });
  });

  test('a whole run is marked: all has succeeded; or nothing begins any more but what takes down', async () => {
    const good = await begin();
    await good.executeUpdate(markRunUpdate, { args: [{ state: 'success' }] });
    expect((await endOf(good)).result).toMatchObject({
      state: 'success',
      tasks: { after: 'success', waits: 'success' },
    });
    log.splice(0);
    held.add('inner');
    const bad = await harness.start('narrow');
    await until(bad, 'inner', 'running 1');
    await bad.executeUpdate(markRunUpdate, { args: [{ state: 'failed' }] });
    expect(await endOf(bad)).toMatchObject({
      type: 'DagRunFailed',
      message: expect.stringContaining('the run was marked as failed by hand'),
      result: { tasks: { one: 'skipped', inner: 'failed', down: 'success' } },
    });
  });

  test('a run that waits for its turn ends when it is marked', async () => {
    await harness.control.setPaused('narrow', true, 'a test');
    const [good, bad] = [await harness.start('narrow'), await harness.start('narrow')];
    await eventually('they wait', async () => (await harness.control.status('narrow'))?.queued.length === 2);
    await good.executeUpdate(markRunUpdate, { args: [{ state: 'success' }] });
    await bad.executeUpdate(markRunUpdate, { args: [{ state: 'failed' }] });
    expect((await endOf(good)).result).toMatchObject({ state: 'success', tasks: { one: 'success' } });
    expect((await endOf(bad)).result).toMatchObject({ state: 'failed', tasks: { one: 'skipped' } });
    await harness.control.setPaused('narrow', false, 'a test');
    expect(log).toEqual([]);
  });

  test('what does not fit is refused in a sentence, and changes nothing', async () => {
    const run = await begin();
    const refusal = async (sent: Promise<unknown>): Promise<string> => {
      const error: unknown = await sent.catch((thrown: unknown) => thrown);
      return error instanceof WorkflowUpdateFailedError ? (error.cause?.message ?? '') : 'it was taken';
    };
    expect(await refusal(clear(run, { taskIds: ['nowhere'] }))).toBe(
      'DAG edited has no task nowhere; its tasks are first, slow, after, flaky, waits, each',
    );
    expect(await refusal(clear(run, { taskIds: [['each', 2]] }))).toBe(
      `task each of run ${run.workflowId} has no map index 2; it has 0 to 1`,
    );
    expect(await refusal(run.executeUpdate('mark', { args: [{ taskIds: ['slow'], state: 'done' }] }))).toContain(
      'this does not fit: ✖ Invalid option: expected one of "success"|"failed"|"skipped"\n  → at state',
    );
    expect(await refusal(clear(run, { taskIds: ['slow'], onlyFailed: false, preventRunningTask: true }))).toContain(
      'is running: wait for its end',
    );
    await run.cancel();
    await endOf(run);
    expect(log).not.toContain('after slow 1');
  });
});
