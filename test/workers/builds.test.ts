import { Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { deployedBuilds, promoteBuild } from '../../scripts/worker-deployment.ts';
import { eventually } from '../support/own-state.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { bundle, collectLogs, endOf, startHarness, taskOf, type Harness } from '../workflows/harness.ts';

describe('builds of workers, on a real server', () => {
  const taskQueue = uniqueName('builds');
  const namespace = taskQueue;
  const harnesses: Harness[] = [];
  let env: TestWorkflowEnvironment;

  beforeAll(async () => {
    collectLogs();
    const { address } = testSettings().temporal;
    const connection = await Connection.connect({ address });
    await ensureNamespace(connection, { namespace, retentionDays: 1 });
    await connection.close();
    env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
  });

  afterAll(async () => {
    for (const harness of harnesses) await harness.stop();
    await env.teardown();
  });

  async function deploy(buildId: string): Promise<Harness> {
    const io = { built: () => Promise.resolve(buildId) };
    const harness = await startHarness(env, {
      bundle: await bundle(`test/workflows/fixtures/build-${buildId}`),
      activities: { io, engine: io },
      taskQueue,
      buildId,
    });
    harnesses.push(harness);
    return harness;
  }

  test('a run stays with its build when its DAG changes, new runs and controllers take the new one', async () => {
    await expect(promoteBuild(env.client, taskQueue, 'zero')).rejects.toThrow(
      /no worker of build zero polls; no worker with a TW_BUILD_ID has polled yet: start one with TW_BUILD_ID=zero first/,
    );
    const first = await deploy('one');
    await promoteBuild(env.client, taskQueue, 'one');
    const old = await first.start('changing');
    await eventually('the old run waits', async () => (await taskOf(old, 'gate')).state === 'deferred');
    const second = await deploy('two');
    await promoteBuild(env.client, taskQueue, 'two');
    expect(await deployedBuilds(env.client, taskQueue)).toMatchObject([
      { buildId: 'two', current: true },
      { buildId: 'one', current: false },
    ]);
    const young = await second.start('changing');
    for (const run of [old, young]) await run.signal('open', 'x');
    expect((await endOf(old)).result?.tasks).toEqual({ gate: 'success', made: 'success' });
    expect((await endOf(young)).result?.tasks).toEqual({ first: 'success', gate: 'success' });
    // Activities, too, are those of the run's build.
    expect(await old.query('result', { taskId: 'made' })).toBe('one');
    expect(await young.query('result', { taskId: 'first' })).toBe('two');
    expect(await second.control.status('changing')).toMatchObject({ active: [], queued: [] });
    // Cleared after its end it begins anew, and with that as any run does.
    const record = await second.ledger.read({ dagId: 'changing', runId: old.workflowId });
    if (record === undefined) throw new Error('it left no record');
    await second.control.rerun({ record, cleared: [{ taskId: 'gate', mapIndex: -1 }] });
    const again = env.client.workflow.getHandle(old.workflowId);
    await again.signal('open', 'x');
    expect((await endOf(again)).result?.tasks).toEqual({ first: 'success', gate: 'success' });
    expect(await again.query('result', { taskId: 'first' })).toBe('two');
  });
});
