import type { WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { clearInstances, selectForClear, type ClearRequest } from '../../../dag/clear.ts';
import { clearableDag, clearableRecord } from '../../../dag/clearable.ts';
import { isRefusal } from '../../../dag/refusal.ts';
import type { RerunRequest } from '../../../activities/temporal/port.ts';
import type { RunRecord } from '../../../dag/run-record.ts';
import type { TaskAddress } from '../../../workflows/engine/queries.ts';
import { scheduledStartTime } from '../../../workflows/engine/search-attributes.ts';
import { openAccount } from '../fixtures/rerun-activities.ts';
import { rerunnable } from '../fixtures/rerun-dags.ts';
import { eventually } from '../../support/own-state.ts';
import { attributesOf, bundle, endOf, onRealServer, type Harness, type Stage } from '../harness.ts';

const account = openAccount();
const { failing, take } = account;

describe('runs that are started again, on a real server', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/rerun-dags', account.activities);
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  afterEach(() => failing.clear());

  async function recordOf({ workflowId }: WorkflowHandle, attempt?: number): Promise<RunRecord> {
    const found = await harness.ledger.read({ dagId: 'rerunnable', runId: workflowId }, attempt);
    if (found === undefined) throw new Error('there is no record');
    return found;
  }

  async function goOn(request: RerunRequest): Promise<WorkflowHandle> {
    await harness.control.rerun(request);
    return harness.client.workflow.getHandle(request.record.runId);
  }

  async function clear(run: WorkflowHandle, request: Omit<ClearRequest, 'runId'>): Promise<WorkflowHandle> {
    const record = await recordOf(run);
    const dag = clearableDag(rerunnable.definition);
    const runs = [clearableRecord(record)];
    const cleared = selectForClear(dag, runs, { ...request, runId: run.workflowId });
    if (isRefusal(cleared)) throw new Error(cleared.message);
    expect(isRefusal(clearInstances(dag, runs, cleared, request))).toBe(false);
    return goOn({ record, cleared });
  }

  const statesOf = ({ tasks }: RunRecord): Readonly<Record<string, string>> =>
    Object.fromEntries(tasks.map(({ label, state, tries }) => [label, `${state} ${tries.length}`]));

  test('go on from what failed, with the results of all that did not', async () => {
    failing.add('bad');
    const run = await harness.start('rerunnable');
    expect((await endOf(run)).result).toMatchObject({ state: 'failed' });
    take();
    failing.clear();
    const again = await clear(run, {});
    expect(again.workflowId).toBe(run.workflowId);
    expect((await endOf(again)).result).toMatchObject({ state: 'success' });
    expect(take()).toEqual(['bad']);
    const end = await again.query<unknown, [TaskAddress]>('result', { taskId: 'end' });
    expect(end).toBe(
      `each a,each b,each c,600000,700000,up; ${['a', 'b', 'c'].map((w) => `second ${w} after first ${w}`).join()}`,
    );
    const [first, second] = [await recordOf(run, 1), await recordOf(run)];
    expect([first.attempt, first.state, second.attempt, second.from, second.state]).toEqual([
      1,
      'failed',
      2,
      1,
      'success',
    ]);
    expect(statesOf(second)).toEqual({
      ...statesOf(first),
      bad: 'success 2',
      end: 'success 1',
    });
    const x = second.tasks.find(({ taskId }) => taskId === 'x');
    expect(x).toMatchObject({ kept: true, tries: first.tasks.find(({ taskId }) => taskId === 'x')?.tries });
    expect(x && (await harness.ledger.result(x))).toBe(JSON.stringify('x'.repeat(600_000)));
    // What nobody needed was not fetched, and is in the record all the same.
    await expect(again.query<unknown, [TaskAddress]>('result', { taskId: 'chosen' })).rejects.toThrow('record before');
    expect(second.tasks.find(({ taskId }) => taskId === 'chosen')).toMatchObject({ result: '"chosen"', kept: true });
  });

  test('run a cleared index of a map or a group alone, or with all that comes after it, and number its tries on', async () => {
    failing.add('each b').add('second c after first c');
    const run = await harness.start('rerunnable');
    expect((await endOf(run)).result?.state).toBe('failed');
    take();
    failing.delete('second c after first c');
    await endOf(await clear(run, {}));
    // Only what failed, once more with its retries, and what failed for that.
    expect(take()).toEqual(['each b', 'each b', 'second c after first c']);
    expect(statesOf(await recordOf(run))).toMatchObject({
      'each[word a]': 'success 1',
      'each[word b]': 'failed 4',
      'groups.first[c]': 'success 1',
      'groups.second[c]': 'success 2',
      bad: 'upstream_failed 0',
      down: 'success 1',
    });
    failing.clear();
    const third = await clear(run, { taskIds: [['each', 1]], includeDownstream: true, onlyFailed: false });
    expect((await endOf(third)).result?.state).toBe('success');
    expect(take()).toEqual(['bad', 'down', 'each b', 'up']);
    const fourth = await clear(run, { taskIds: [['groups.first', 0]], includeDownstream: true, onlyFailed: false });
    expect((await endOf(fourth)).result?.state).toBe('success');
    expect(take()).toEqual(['first a', 'second a after first a']);
    const record = await recordOf(run);
    expect(statesOf(record)).toMatchObject({
      'each[word b]': 'success 5',
      'groups.second[a]': 'success 2',
      end: 'success 2',
    });
    expect(record).toMatchObject({ attempt: 4, from: 3 });
    expect(await harness.ledger.read({ dagId: 'rerunnable', runId: run.workflowId }, 2)).toMatchObject({ from: 1 });
  });

  test('decide by what was chosen: a task that a branch left is skipped again', async () => {
    const run = await harness.start('rerunnable', { size: 1 });
    await endOf(run);
    take();
    const again = await clear(run, { taskIds: ['not', 'chosen'], onlyFailed: false });
    expect((await endOf(again)).result?.tasks).toMatchObject({ pick: 'success', chosen: 'success', not: 'skipped' });
    expect(take()).toEqual(['chosen']);
    // A list that is made anew may have another length only with another input, so the map is as long as before.
    const whole = await clear(again, { taskIds: ['list'], includeDownstream: true, onlyFailed: false });
    expect((await endOf(whole)).result).toMatchObject({ state: 'success', tasks: { each: ['success'] } });
  });

  test('keep what a scheduled run is about, its attributes and its input', async () => {
    const runId = `rerunnable-${Date.now()}`;
    const slot = new Date('2026-03-02T00:00:00Z');
    const run = await harness.client.workflow.start('rerunnable', {
      workflowId: runId,
      taskQueue: `${harness.taskQueue}-orchestration`,
      args: [{ size: 2 }],
      typedSearchAttributes: new TypedSearchAttributes([{ key: scheduledStartTime, value: slot }]),
    });
    await endOf(run);
    const before = await attributesOf(run);
    const again = await clear(run, { taskIds: ['end'], onlyFailed: false });
    expect((await endOf(again)).result?.state).toBe('success');
    expect(await attributesOf(again)).toEqual(before);
    expect((await again.describe()).typedSearchAttributes.get(scheduledStartTime)).toEqual(slot);
    const { runType, logicalDate, dataInterval, input } = await recordOf(run);
    expect({ runType, logicalDate, dataInterval, input }).toEqual({
      runType: 'scheduled',
      logicalDate: '2026-03-01T00:00:00.000Z',
      dataInterval: { start: '2026-03-01T00:00:00.000Z', end: '2026-03-02T00:00:00.000Z' },
      input: { size: 2 },
    });
    const history = await again.fetchHistory();
    await Worker.runReplayHistory(
      { workflowBundle: await bundle('test/workflows/fixtures/rerun-dags') },
      history,
      runId,
    );
  });

  test('are not run twice where a slot is fired again: they end at once as they ended', async () => {
    const runId = `rerunnable-again-${Date.now()}`;
    const fire = () =>
      harness.client.workflow.start('rerunnable', {
        workflowId: runId,
        taskQueue: `${harness.taskQueue}-orchestration`,
        args: [{ size: 1 }],
        typedSearchAttributes: new TypedSearchAttributes([
          { key: scheduledStartTime, value: new Date('2026-03-03T00:00:00Z') },
        ]),
      });
    failing.add('bad');
    const run = await fire();
    const first = await endOf(run);
    failing.clear();
    expect(take()).toContain('bad');
    const second = await endOf(await fire());
    expect(second).toEqual(first);
    expect(second).toMatchObject({ type: 'DagRunFailed', message: 'failed: bad (bad was told to fail)' });
    expect(await attributesOf(run)).toMatchObject({ runState: 'failed', runType: 'scheduled' });
    const again = await endOf(await clear(run, {}));
    expect(again.result?.state).toBe('success');
    expect(take()).toEqual(['bad']);
    expect(await endOf(await fire())).toEqual(again);
    expect(take()).toEqual([]);
    expect(await recordOf(run)).toMatchObject({ attempt: 2, from: 1, state: 'success' });
  });

  test('keep all that was kept where the run is stopped before its turn', async () => {
    const run = await harness.start('rerunnable', { size: 2 });
    await endOf(run);
    await harness.control.setPaused('rerunnable', true, 'a test');
    const again = await clear(run, { taskIds: ['end'], onlyFailed: false });
    await eventually('it waits', async () => (await harness.control.status('rerunnable'))?.queued.length === 1);
    await again.cancel();
    await endOf(again);
    await harness.control.setPaused('rerunnable', false, 'a test');
    const record = await recordOf(run);
    expect(record).toMatchObject({ attempt: 2, state: 'failed', start: null });
    expect(record.tasks.find(({ taskId }) => taskId === 'bad')).toMatchObject({
      kept: true,
      result: expect.any(String),
    });
    take();
    const third = await clear(run, { taskIds: ['end'], onlyFailed: false });
    expect((await endOf(third)).result?.state).toBe('success');
    expect(take()).toEqual([]);
  });

  test('do not go on from an attempt that is not the newest any more', async () => {
    const run = await harness.start('rerunnable', { size: 1 });
    expect((await endOf(run)).result?.state).toBe('success');
    // Of two people who look at the first attempt and are asked whether they are sure, one takes longer.
    const seen = await recordOf(run);
    const cleared = [{ taskId: 'end', mapIndex: -1 }];
    expect((await endOf(await goOn({ record: seen, cleared }))).result?.state).toBe('success');
    expect(await endOf(await goOn({ record: seen, cleared }))).toMatchObject({
      type: 'RerunFailed',
      message: expect.stringContaining(`attempt 2 of run ${run.workflowId} has ended meanwhile`),
    });
    expect((await recordOf(run)).attempt).toBe(2);
  });

  test('say so where there is nothing to go on from, or where it has not ended', async () => {
    const run = await harness.start('rerunnable', { size: 1 });
    const ended = await endOf(run);
    expect(ended.result?.state).toBe('success');
    const record = await recordOf(run);
    expect(await endOf(await goOn({ record: { ...record, attempt: 7 }, cleared: [] }))).toMatchObject({
      type: 'RerunFailed',
      message: expect.stringContaining(`there is no record of attempt 7 of run ${run.workflowId}`),
    });
    await harness.control.setPaused('rerunnable', true, 'a test');
    const open = await clear(run, { taskIds: ['end'], onlyFailed: false });
    // Ordered once more, since the answer was lost for example, it is the same run; anything else has to wait for its end.
    await clear(run, { taskIds: ['end'], onlyFailed: false });
    await expect(clear(run, { taskIds: ['down'], onlyFailed: false })).rejects.toThrow('is not over');
    await eventually('it waits', async () => (await harness.control.status('rerunnable'))?.queued.length === 1);
    await open.terminate();
    await harness.control.setPaused('rerunnable', false, 'a test');
    expect((await recordOf(run)).attempt).toBe(1);
  });
});
