import { TestWorkflowEnvironment } from '@temporalio/testing';
import { makeTelemetryFilterString, Runtime, type WorkflowBundle } from '@temporalio/worker';
import { Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { createS3ObjectStore, type S3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { createTryLogKeeper } from '../../activities/s3/try-log-keeper.ts';
import type { TryLogs } from '../../activities/shared/try-logs.ts';
import { tryLogKey } from '../../pipeline/run-keys.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { createLog, temporalLogger } from '../../workers/logging.ts';
import { eventually } from '../support/own-state.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { bundle, startHarness, type Harness } from '../workflows/harness.ts';
import { loggingActivities } from '../workflows/fixtures/logging-activities.ts';
import { goOnSignal } from '../workflows/fixtures/logging-dags.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('logs');
const settings = { ...testSettings().s3, bucket: uniqueName('logs') };

/** What a line has of what these tests look at. */
interface Line {
  readonly msg: string;
  readonly error?: unknown;
  readonly runId?: string;
  readonly temporalRunId?: string;
  readonly loggedRunId?: string;
}

describe("a try's log, of a real run", () => {
  const output: string[] = [];
  let store: S3ObjectStore;
  let env: TestWorkflowEnvironment;
  let code: WorkflowBundle;
  let logs: TryLogs;
  let harness: Harness;

  beforeAll(async () => {
    store = createS3ObjectStore(settings);
    await store.ensureBucket();
    const { log, keepTries } = createLog(
      { level: 'info', format: 'json' },
      { write: (line) => void output.push(line) },
    );
    logs = createTryLogKeeper({ store, log: { warn: (message, fields) => log.warn(fields, message) } });
    keepTries(logs);
    Runtime.install({
      logger: temporalLogger(log),
      telemetryOptions: {
        logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
      },
    });
    const connection = await Connection.connect({ address });
    [code] = await Promise.all([
      bundle('test/workflows/fixtures/logging-dags'),
      ensureNamespace(connection, { namespace, retentionDays: 1 }),
    ]);
    await connection.close();
    env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
    harness = await start();
  });

  afterAll(async () => {
    await harness.stop();
    await logs.close();
    await env.teardown();
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    await store.remove(keys);
    store.close();
  });

  async function start(taskQueue?: string): Promise<Harness> {
    const io = loggingActivities();
    return startHarness(env, { bundle: code, activities: { io, engine: io }, ...(taskQueue && { taskQueue }) });
  }

  async function textOf(runId: string, taskId: string, mapIndex: number, tryNumber: number): Promise<string> {
    const key = tryLogKey({ dagId: 'logging', runId, taskId, mapIndex, tryNumber });
    return (await store.get(key))?.body.toString() ?? '';
  }

  const linesOf = async (...of: Parameters<typeof textOf>): Promise<readonly Line[]> => {
    const lines = (await textOf(...of)).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Line);
  };

  const messagesOf = async (...of: Parameters<typeof linesOf>): Promise<readonly string[]> =>
    (await linesOf(...of)).map(({ msg }) => msg);

  test('has the lines of its workflow and of its activity, in the order of time, and each try has its own', async () => {
    const handle = await harness.start('logging');
    await handle.signal(goOnSignal);
    await handle.result();
    const runId = handle.workflowId;
    await eventually('the last lines', async () => (await messagesOf(runId, 'call', -1, 2)).length >= 2);
    // Each try's object is written by itself.
    await eventually('those of the first try', async () =>
      (await messagesOf(runId, 'call', -1, 1)).includes('try failed, and is followed by another'),
    );
    // As they were on stdout, to the letter.
    const ofFirst = output.filter((line) => line.includes(`"runId":"${runId}","task":"call","mapIndex":-1,"try":1,`));
    expect(await textOf(runId, 'call', -1, 1)).toBe(ofFirst.join(''));
    const first = await linesOf(runId, 'call', -1, 1);
    expect(first.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        'the workflow asks',
        'the activity tries',
        'Activity failed',
        'try failed, and is followed by another',
      ]),
    );
    expect(first.map(({ msg }) => msg).slice(0, 2)).toEqual(['the workflow asks', 'the activity tries']);
    expect(first.find(({ msg }) => msg === 'Activity failed')?.error).toMatchObject({ message: 'try 1 fails' });
    const of = { level: 30, dag: 'logging', runId, task: 'call', mapIndex: -1, msg: 'the workflow asks' };
    expect(first[0]).toMatchObject({ ...of, try: 1 });
    const second = await linesOf(runId, 'call', -1, 2);
    expect(second.map(({ msg }) => msg).slice(0, 2)).toEqual(['the workflow asks', 'the activity tries']);
    expect(second.map(({ msg }) => msg)).not.toContain('Activity failed');
    expect(second[0]).toMatchObject({ ...of, try: 2 });
    for (const at of [0, 1])
      await eventually('the mapped ones', async () => (await messagesOf(runId, 'each', at, 1)).length > 0);
    expect((await messagesOf(runId, 'each', 0, 1))[0]).toBe('item a');
    // Nothing else would say why: a record of a task that was skipped has no error.
    await eventually('why it was skipped', async () => (await messagesOf(runId, 'idle', -1, 1)).length > 0);
    expect(await linesOf(runId, 'idle', -1, 1)).toMatchObject([
      { msg: 'task skipped itself', task: 'idle', try: 1, why: 'nothing came today' },
    ]);
    expect((await messagesOf(runId, 'each', 1, 1))[0]).toBe('item b');
  });

  test('has no line twice where a run is replayed on another worker', async () => {
    const handle = await harness.start('logging');
    const runId = handle.workflowId;
    await eventually('the line before', async () => (await messagesOf(runId, 'wait', -1, 1)).length > 0);
    const { taskQueue } = harness;
    await harness.stop();
    harness = await start(taskQueue);
    await handle.signal(goOnSignal);
    await handle.result();
    await eventually('the line after', async () => (await messagesOf(runId, 'wait', -1, 1)).includes('goes on'));
    const messages = await messagesOf(runId, 'wait', -1, 1);
    expect(messages.filter((msg) => msg === 'waits')).toHaveLength(1);
    expect(messages.indexOf('waits')).toBeLessThan(messages.indexOf('goes on'));
  });

  test('names the run of the DAG, and not the execution, nor a run that a line tells of', async () => {
    const ids = async (handle: WorkflowHandleWithFirstExecutionRunId, taskId: string) =>
      (await linesOf(handle.workflowId, taskId, -1, 1)).map(({ msg, runId, temporalRunId, loggedRunId }) => ({
        msg,
        runId,
        temporalRunId,
        loggedRunId,
      }));
    const handle = await harness.client.workflow.start('logging', {
      workflowId: uniqueName('names'),
      taskQueue: `${harness.taskQueue}-orchestration`,
    });
    await handle.signal(goOnSignal);
    await handle.result();
    const { workflowId: runId, firstExecutionRunId: temporalRunId } = handle;
    await eventually('the lines', async () => (await ids(handle, 'wait')).length === 2);
    expect(await ids(handle, 'wait')).toEqual([
      { msg: 'waits', runId, temporalRunId, loggedRunId: 'another' },
      { msg: 'goes on', runId, temporalRunId, loggedRunId: undefined },
    ]);
    await eventually('those of the activity', async () => (await ids(handle, 'call')).length >= 2);
    expect((await ids(handle, 'call')).slice(0, 2)).toEqual([
      { msg: 'the workflow asks', runId, temporalRunId, loggedRunId: undefined },
      { msg: 'the activity tries', runId, temporalRunId, loggedRunId: undefined },
    ]);
  });
});
