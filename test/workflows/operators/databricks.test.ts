import type { WorkflowHandle } from '@temporalio/client';
import { createDatabricks } from '../../../activities/databricks/client.ts';
import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { asActivity } from '../../../activities/shared/activity-context.ts';
import { createDatabricksSteps } from '../../../activities/steps/databricks.ts';
import { clusterId, startDatabricks, type ApiBody, type TestDatabricks } from '../../support/databricks-local.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { endOf, onRealServer, taskOf, type Harness, type Stage } from '../harness.ts';

describe('operators about Databricks, on real servers', () => {
  let local: TestDatabricks;
  let client: ReturnType<typeof createDatabricks>;
  let store: ReturnType<typeof createS3ObjectStore>;
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    local = await startDatabricks();
    client = createDatabricks({ host: local.url, auth: { kind: 'token', token: local.token }, clusterId });
    store = createS3ObjectStore({ ...testSettings().s3, bucket: 'harness' });
    const steps = createDatabricksSteps({
      workspace: client,
      store,
      namespace: 'operators',
      clusterId,
      place: { bucket: 'b', user: 'u' },
    });
    stage = await onRealServer('test/workflows/fixtures/databricks-dags', {
      startDatabricksRun: asActivity(steps.startDatabricksRun),
      findDatabricksEnd: asActivity(steps.findDatabricksEnd),
      cancelDatabricksRun: asActivity(steps.cancelDatabricksRun),
      repairDatabricksRun: asActivity(steps.repairDatabricksRun),
    });
    ({ harness } = stage);
  });
  afterAll(async () => {
    await stage.end();
    client.close();
    store.close();
    await local.stop();
  });
  afterEach(() =>
    fetch(`${local.url}/tradewind/faults`, { method: 'DELETE', headers: { authorization: `Bearer ${local.token}` } }),
  );

  /** Runs that a task has started, the oldest first: their names begin with the task and the run. */
  async function runsOf({ workflowId }: WorkflowHandle): Promise<readonly ApiBody[]> {
    const { json } = await local.get('/api/2.2/jobs/runs/list', { limit: 25 });
    const named = (json.runs ?? []).filter((run) => JSON.stringify(run).includes(` of ${workflowId}"`));
    return named.toReversed();
  }

  const resultOf = (runs: readonly ApiBody[]) => runs.map(({ state }) => state.result_state);

  test('a notebook runs once, though answers are lost, and its output is typed', async () => {
    const path = await local.script('op-echo', { ms: 10_000, echo: true });
    await local.post('/tradewind/faults', {
      faults: [{ endpoint: 'jobs/runs/submit', kind: 'lost', times: 5 }],
    });
    const handle = await harness.start('oneNotebook', { path });
    await eventually('it waits', async () => (await taskOf(handle, 'notebook')).state === 'deferred');
    const { wait } = await taskOf(handle, 'notebook');
    expect(wait?.what).toMatch(/^for Databricks run \d+ of notebook \/Shared\/op-echo: http:\/\/127\.0\.0\.1:\d+\//);
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await handle.query('result', { taskId: 'notebook' })).toMatchObject({ output: { task: 'notebook' } });
    expect(resultOf(await runsOf(handle))).toEqual(['SUCCESS']);
  });

  test('a notebook that fails is run anew in each try, and the error says why', async () => {
    const end = { state: 'failed', error: 'ValueError: no rows' };
    const path = await local.script('op-fails', [{ end }, { end: { state: 'lost' } }, { echo: true }]);
    const handle = await harness.start('oneNotebook', { path });
    expect((await endOf(handle)).result?.state).toBe('success');
    const tries = await handle.query<{ state: string; error: { type: string; message: string } | null }[], [object]>(
      'tries',
      { taskId: 'notebook' },
    );
    expect(tries.map(({ error }) => error?.type)).toEqual(['DatabricksRunFailed', 'DatabricksRunFailed', undefined]);
    expect(tries[0]?.error?.message).toMatch(/^Databricks run \d+ of notebook .* failed: .*ValueError: no rows$/);
    expect(resultOf(await runsOf(handle))).toEqual(['FAILED', expect.anything(), 'SUCCESS']);
  });

  test('what would fail again is not tried again', async () => {
    const handle = await harness.start('oneNotebook');
    expect((await endOf(handle)).result?.state).toBe('failed');
    expect(await taskOf(handle, 'notebook')).toMatchObject({ tryNumber: 1, error: { type: 'TaskFailed' } });
    expect(await runsOf(handle)).toHaveLength(1);
  });

  test('who cancels the run cancels the notebook, and waits for its end; a try that takes too long does, too', async () => {
    const path = await local.script('op-long', { ms: 60_000 });
    const handle = await harness.start('oneNotebook', { path });
    await eventually('it waits', async () => (await taskOf(handle, 'notebook')).state === 'deferred');
    await handle.cancel();
    expect(await endOf(handle)).toMatchObject({ type: 'CancelledFailure' });
    expect(resultOf(await runsOf(handle))).toEqual(['CANCELED']);
    const hasty = await harness.start('hastyNotebook', { path });
    expect((await endOf(hasty)).result?.state).toBe('failed');
    expect((await taskOf(hasty, 'notebook')).error?.type).toBe('TaskTimeout');
    expect(resultOf(await runsOf(hasty))).toEqual(['CANCELED']);
  });

  test('a run that was terminated and is started again finds its notebook, and starts a new one in place of one that had failed', async () => {
    const slow = await local.script('op-slow', [{ ms: 8_000, echo: true }, { echo: true }]);
    const workflowId = uniqueName('again');
    const start = (path: string): Promise<WorkflowHandle> =>
      harness.client.workflow.start('oneNotebook', {
        workflowId,
        taskQueue: `${harness.taskQueue}-orchestration`,
        args: [{ path }],
      });
    const first = await start(slow);
    await eventually('it waits', async () => (await taskOf(first, 'notebook')).state === 'deferred');
    await first.terminate();
    const second = await start(slow);
    expect((await endOf(second)).result?.state).toBe('success');
    expect(resultOf(await runsOf(second))).toEqual(['SUCCESS']);

    const end = { state: 'failed', error: 'ValueError: before' };
    const failing = await local.script('op-old', [{ ms: 6_000, end }, { echo: true }]);
    const third = await start(failing);
    await eventually('it waits', async () => (await taskOf(third, 'notebook')).state === 'deferred');
    await third.terminate();
    await eventually('it failed', async () => resultOf(await runsOf(third)).includes('FAILED'));
    const fourth = await start(failing);
    expect((await endOf(fourth)).result?.state).toBe('success');
    expect(await taskOf(fourth, 'notebook')).toMatchObject({ tryNumber: 1 });
    expect(resultOf(await runsOf(fourth))).toEqual(['SUCCESS', 'FAILED', 'SUCCESS']);
  });

  test('a run that was terminated in a later try finds the notebook of that one when it is started again', async () => {
    const end = { state: 'failed', error: 'ValueError: once' };
    const path = await local.script('op-later', [{ end }, { ms: 8_000, echo: true }]);
    const workflowId = uniqueName('later');
    const options = { workflowId, taskQueue: `${harness.taskQueue}-orchestration`, args: [{ path }] };
    const first = await harness.client.workflow.start('oneNotebook', options);
    await eventually('its second try waits', async () => {
      const { state, tryNumber } = await taskOf(first, 'notebook');
      return state === 'deferred' && tryNumber === 2;
    });
    await first.terminate();
    const second = await harness.client.workflow.start('oneNotebook', options);
    expect((await endOf(second)).result?.state).toBe('success');
    expect(resultOf(await runsOf(second))).toEqual(['FAILED', 'SUCCESS']);
  });

  test('a part of a long map that was terminated leaves its notebook to the next try', async () => {
    const end = { state: 'failed', error: 'ValueError: once' };
    const path = await local.script('op-part', [
      { end },
      { ms: 8_000, end: { state: 'success', exit: 'seven' } },
      { end: { state: 'success', exit: 'another' } },
    ]);
    const handle = await harness.start('notebookInPart', { path });
    const part = harness.client.workflow.getHandle(`${handle.workflowId}/each[0-199]`);
    await eventually('the second try of one waits', async () => {
      const { state, tryNumber } = await taskOf(part, 'each[7]').catch(() => ({ state: 'none', tryNumber: 0 }));
      return state === 'deferred' && tryNumber === 2;
    });
    await part.terminate();
    expect((await endOf(handle)).result?.state).toBe('success');
    await expect(handle.query('result', { taskId: 'seventh' })).resolves.toBe('seven');
    expect(resultOf(await runsOf(handle))).toEqual(['FAILED', 'SUCCESS']);
  });

  test('a failed task is repaired within its run', async () => {
    const end = { state: 'failed', error: 'ValueError: once' };
    const first = await local.script('op-first', { end: { state: 'success', exit: '1' } });
    const second = await local.script('op-second', [{ end }, { end: { state: 'success', exit: '2' } }]);
    const handle = await harness.start('repaired', { first, second });
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await handle.query('result', { taskId: 'both' })).toMatchObject({ outputs: { first: '1', second: '2' } });
    const [run, ...others] = await runsOf(handle);
    expect([resultOf(run ? [run] : []), others]).toEqual([['SUCCESS'], []]);
    const broken = await local.script('op-broken', { end });
    const failed = await harness.start('repaired', { first, second: broken });
    expect((await endOf(failed)).result?.state).toBe('failed');
    expect((await taskOf(failed, 'both')).error?.message).toMatch(/failed: second: .*ValueError: once$/);
    expect(await runsOf(failed)).toHaveLength(1);
  });

  test('two calls in one task are two runs of a job', async () => {
    const path = await local.script('op-job', { echo: true });
    const task = { task_key: 'main', existing_cluster_id: clusterId, notebook_task: { notebook_path: path } };
    const name = uniqueName('job');
    await local.post('/api/2.2/jobs/create', { name, tasks: [task], parameters: [{ name: 'day', default: '0' }] });
    const handle = await harness.start('twiceNow', { job: name });
    expect((await endOf(handle)).result?.state).toBe('success');
    const outputs = await handle.query<{ main: string }[], [object]>('result', { taskId: 'job' });
    expect(outputs.map(({ main }) => JSON.parse(main))).toEqual([{ day: '1' }, { day: '2' }]);
  });
});
