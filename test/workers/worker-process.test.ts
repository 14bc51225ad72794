import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { parseSettings } from '../../config/settings.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { testVariables, uniqueName } from '../support/stack.ts';

const root = join(__dirname, '../..');
const namespace = uniqueName('worker');
const bucket = uniqueName('worker');
const variables = testVariables({ TEMPORAL_NAMESPACE: namespace, TW_S3_BUCKET: bucket, TW_TASK_QUEUE: bucket });
const settings = parseSettings(variables);

/** A compiled `tw worker`, with what it wrote. */
interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** `ready`, or its exit code when it ended before that. */
  readonly ready: Promise<'ready' | number | null>;
  /** Its exit code, once all that it wrote has come: `exit` alone may be told before that. */
  readonly end: Promise<number | null>;
}

function start(overrides: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Started {
  const child = fork(join(root, 'dist/scripts/main.js'), ['worker', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], TW_STATE_DIR: join(root, '.tradewind/none'), ...variables, ...overrides },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) stream.on('data', (chunk) => (text += String(chunk)));
  // Not by `close`, which never comes where the channel was let go from here.
  const end = Promise.all([once(child, 'exit'), ...streams.map((stream) => once(stream, 'end'))]).then(
    ([[code]]) => code as number | null,
  );
  const ready = Promise.race([once(child, 'message').then(() => 'ready' as const), end]);
  return { child, output: () => text, ready, end };
}

describe('a worker process', () => {
  let connection: Connection;

  beforeAll(async () => {
    connection = await Connection.connect({ address: settings.temporal.address });
  });

  afterAll(() => connection.close());

  test('ends with 78 and every problem of the settings', async () => {
    const { ready, output } = start({ TW_LOG_LEVEL: 'loud', TW_DUCKDB_THREADS: '0' });
    expect(await ready).toBe(78);
    expect(output()).toContain('TW_LOG_LEVEL');
    expect(output()).toContain('TW_DUCKDB_THREADS');
  });

  test('ends with 78 and names tw init when the set-up is missing', async () => {
    const { ready, output } = start();
    expect(await ready).toBe(78);
    expect(output()).toContain(`Temporal has no namespace ${namespace}: run tw init`);
    expect(output()).toContain(`the bucket ${bucket} cannot be used`);
  });

  test('refuses a role that there is not', async () => {
    const { ready, output } = start({}, ['--roles', 'io,cook']);
    // 78: systemd would start it again and again.
    expect(await ready).toBe(78);
    expect(output()).toContain('there is no role cook; roles are orchestration, io, engine');
  });

  test.each(['TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'TW_SETTINGS_FILE'])(
    'ends with 78 and no stack when the file of %s is not there',
    async (variable) => {
      const { ready, output } = start({ [variable]: '/nowhere/file' });
      expect(await ready).toBe(78);
      expect(output()).toContain(`${variable}: `);
      expect(output()).not.toMatch(/^ +at /m);
    },
  );

  test('ends with 1 when Temporal is away, so that it is started again', async () => {
    const { ready, output } = start({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(await ready).toBe(1);
    expect(output()).toContain('no Temporal server answers at 127.0.0.1:1: start the local one with \\"tw stack up\\"');
    expect(output()).not.toContain('"stack"');
  });

  test('polls, fails a run in words, and drains on SIGTERM', async () => {
    await ensureNamespace(connection, { namespace, retentionDays: 1 });
    const store = createS3ObjectStore(settings.s3);
    await store.ensureBucket();
    store.close();
    const { child, ready, output, end } = start();
    expect([await ready, output()]).toEqual(['ready', expect.any(String)]);
    const client = new Client({ connection, namespace });
    const handle = await client.workflow.start('pinterestDaily', {
      workflowId: uniqueName('run'),
      taskQueue: `${bucket}-orchestration`,
      args: [{ posts: 0 }],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'InvalidParams' } });
    child.kill('SIGTERM');
    expect(await end).toBe(0);
    const lines = output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toMatchObject({ msg: 'drained' });
    expect(lines.some((line) => line['dag'] === 'pinterestDaily' && line['runId'] === handle.workflowId)).toBe(true);
  });

  test('is refused without its bucket whatever its roles: who decides keeps the records of runs there', async () => {
    const nowhere = { TW_S3_BUCKET: uniqueName('nowhere') };
    const decides = start(nowhere, ['--roles', 'orchestration']);
    expect(await decides.ready).toBe(78);
    expect(decides.output()).toContain(`the bucket ${nowhere.TW_S3_BUCKET} cannot be used`);
  });

  test('ends by itself when the process that started it lets the channel go', async () => {
    const { child, ready, end } = start();
    expect(await ready).toBe('ready');
    child.disconnect();
    expect(await end).toBe(0);
  });
});
