import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabricks } from '../../../activities/databricks/client.ts';
import type { DatabricksSettings } from '../../../activities/databricks/databricks-settings.ts';
import { verdictOfCode } from '../../../activities/databricks/verdict.ts';
import { AdapterError } from '../../../activities/shared/adapter-error.ts';
import { deployNotebooks } from '../../../scripts/notebooks/deploy.ts';
import { clusterId, startDatabricks, userName, type TestDatabricks } from '../../support/databricks-local.ts';

const signal = new AbortController().signal;

let local: TestDatabricks;
let client: ReturnType<typeof createDatabricks>;

beforeAll(async () => {
  local = await startDatabricks({ environment: { DATABRICKS_LOCAL_TOKEN_SECONDS: '125' } });
  client = createDatabricks(settings());
});
afterAll(async () => {
  client.close();
  await local.stop();
});
afterEach(() =>
  fetch(`${local.url}/tradewind/faults`, { method: 'DELETE', headers: { authorization: `Bearer ${local.token}` } }),
);

function settings(auth: DatabricksSettings['auth'] = { kind: 'token', token: local.token }): DatabricksSettings {
  return { host: local.url, auth, clusterId };
}

async function ask(...faults: object[]): Promise<void> {
  const { status, text } = await local.post('/tradewind/faults', { faults });
  if (status !== 200) throw new Error(text);
}

const taken = async (): Promise<object> => (await local.get('/tradewind/faults')).json;

async function errorOf(work: Promise<unknown>): Promise<AdapterError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AdapterError) return error;
    throw error;
  }
  throw new Error('it went well');
}

function body(path: string, token: string): object {
  const task = { task_key: 'main', existing_cluster_id: clusterId, notebook_task: { notebook_path: path } };
  return { run_name: 'a run', idempotency_token: token, tasks: [task] };
}

const submit = (path: string, token: string): Promise<number> => client.submit({ ...body(path, token) }, signal);

async function ended(runId: number) {
  for (;;) {
    const run = await client.run(runId, signal);
    if (run.verdict !== undefined) return run;
  }
}

test('a run is submitted, looked at to its end, and its output is read', async () => {
  const path = await local.script('client-exits', { ms: 50, end: { state: 'success', exit: '7' } });
  const run = await ended(await submit(path, 'one'));
  expect(run).toMatchObject({ verdict: 'success', tasks: [{ taskKey: 'main', verdict: 'success' }], repairIds: [] });
  expect(run.pageUrl).toMatch(/^http:\/\/127\.0\.0\.1/);
  expect(run.isEnding).toBe(false);
  const [task] = run.tasks;
  expect(await client.output(task?.runId ?? 0, signal)).toEqual({ result: '7', isTruncated: false, error: null });
  const fails = await local.script('client-fails', { end: { state: 'failed', error: 'ValueError: no' } });
  const failed = await ended(await submit(fails, 'two'));
  expect(failed).toMatchObject({ verdict: 'retry', stateText: expect.stringContaining('RUN_EXECUTION_ERROR') });
  expect(await client.output(failed.tasks[0]?.runId ?? 0, signal)).toMatchObject({ error: 'ValueError: no' });
});

test('a run whose answer was lost is not started twice', async () => {
  const path = await local.script('client-lost', {});
  await ask({ endpoint: 'jobs/runs/submit', kind: 'lost', times: 2 });
  const runId = await submit(path, 'lost answers');
  expect(await taken()).toEqual({ lost: 2 });
  expect(await submit(path, 'lost answers')).toBe(runId);
});

test.each([
  ['a throttled request', { kind: 'status', status: 429, retryAfter: '1' }],
  ['an error of the server', { kind: 'status', status: 503 }],
  ['the page of a gateway', { kind: 'html', status: 502 }],
  ['a reset connection', { kind: 'reset' }],
  ['a lock that was held', { kind: 'status', status: 400, errorCode: 'COULD_NOT_ACQUIRE_LOCK' }],
])('%s is asked again', async (_, fault) => {
  await ask({ endpoint: 'preview/scim/v2/Me', times: 2, ...fault });
  expect(await client.userName(signal)).toBe(userName);
});

test('what lasts is an error that may be tried again later, when the server says so', async () => {
  await ask({ kind: 'status', status: 429, retryAfter: '1800', message: 'slow down' });
  const began = Date.now();
  const error = await errorOf(client.userName(signal));
  expect(error).toMatchObject({ code: 'throttled', canRetry: true, retryAfter: 600_000 });
  // A wait that long is not sat out in a request.
  expect(Date.now() - began).toBeLessThan(5_000);
  await ask({ kind: 'html', status: 500 });
});

test('a request that is wrong, or forbidden, says what the workspace says, without the token', async () => {
  const wrong = await errorOf(client.run(5, signal));
  expect(wrong).toMatchObject({ code: 'not_found', canRetry: false });
  expect(wrong.message).toBe('Databricks: looking at run 5: HTTP 400 INVALID_PARAMETER_VALUE: Run 5 does not exist.');
  const stranger = createDatabricks(settings({ kind: 'token', token: 'dapi-stolen' }));
  const refused = await errorOf(stranger.userName(signal));
  expect(refused).toMatchObject({ code: 'unauthorized', canRetry: false });
  expect(refused.message).toContain('check DATABRICKS_TOKEN');
  expect(refused.message).not.toContain('dapi-stolen');
  await ask({ kind: 'html', status: 403 });
  expect((await errorOf(client.userName(signal))).message).toBe(
    'Databricks: asking who we are: HTTP 403: who we are there may not do this (tw doctor tells more)',
  );
});

test('nobody at home is weather; an abort ends a call at once', async () => {
  const away = createDatabricks({ ...settings(), host: 'http://127.0.0.1:1' });
  expect(await errorOf(away.userName(signal))).toMatchObject({ code: 'unavailable', canRetry: true });
  await ask({ kind: 'slow', delayMs: 5_000 });
  const began = Date.now();
  await expect(client.userName(AbortSignal.timeout(100))).rejects.toThrow('timeout');
  expect(Date.now() - began).toBeLessThan(2_000);
});

test('a service principal has a token fetched once for many calls, and anew where the workspace refuses it', async () => {
  const auth = { kind: 'oauth', clientId: 'databricks-local', clientSecret: local.clientSecret } as const;
  const principal = createDatabricks(settings(auth));
  const names = await Promise.all(Array.from({ length: 5 }, () => principal.userName(signal)));
  expect(new Set(names)).toEqual(new Set([userName]));
  await ask({ endpoint: 'preview/scim/v2/Me', kind: 'status', status: 401, times: 1 });
  expect(await principal.userName(signal)).toBe(userName);
  const stranger = createDatabricks(settings({ ...auth, clientSecret: 'guessed' }));
  const refused = await errorOf(stranger.userName(signal));
  expect(refused).toMatchObject({ code: 'unauthorized', canRetry: false });
  expect(refused.message).toContain('getting a token for the service principal');
  expect(refused.message).not.toContain('guessed');
});

test('a job is found by its name, and a repair runs what failed again', async () => {
  const end = { state: 'failed', error: 'ValueError: once' };
  const path = await local.script('client-once', [{ end }, { end: { state: 'success', exit: 'well' } }]);
  const task = { task_key: 'main', existing_cluster_id: clusterId, notebook_task: { notebook_path: path } };
  await local.post('/api/2.2/jobs/create', {
    name: 'nightly',
    tasks: [task],
    parameters: [{ name: 'day', default: '1' }],
  });
  const job_id = await client.jobIdOf('nightly', signal);
  expect(await errorOf(client.jobIdOf('daily', signal))).toMatchObject({ code: 'not_found' });
  const runId = await client.runNow({ job_id, job_parameters: { day: '2' }, idempotency_token: 'job' }, signal);
  const failed = await ended(runId);
  expect(failed).toMatchObject({ verdict: 'retry', jobParameters: { day: '2' } });
  await client.repair({ run_id: runId, rerun_all_failed_tasks: true, job_parameters: failed.jobParameters }, signal);
  const mended = await ended(runId);
  expect(mended).toMatchObject({ verdict: 'success', repairIds: [expect.any(Number)] });
  expect(await client.output(mended.tasks[0]?.runId ?? 0, signal)).toMatchObject({ result: 'well' });
});

test('a cluster has a state, and one that is not there says so', async () => {
  expect(await client.clusterState(clusterId, signal)).toBe('RUNNING');
  expect(await errorOf(client.clusterState('0101-000000-nothing', signal))).toMatchObject({ code: 'not_found' });
  await client.listRuns(signal);
});

test('notebooks are deployed where they differ, and only there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-notebooks-'));
  const order = { from: folder, to: '/Shared/deployed', apply: true };
  const source = (text: string): string => `# Databricks notebook source\n${text}\n`;
  try {
    mkdirSync(join(folder, 'shared'));
    writeFileSync(join(folder, 'one.py'), source('1'));
    writeFileSync(join(folder, 'shared', 'two.py'), source('2'));
    writeFileSync(join(folder, 'plain.py'), 'no notebook\n');
    const all = ['/Shared/deployed/one', '/Shared/deployed/shared/two'];
    const actionsOf = async (apply: boolean) =>
      (await deployNotebooks(client, { ...order, apply }, signal)).map(({ path, action }) => [path, action]);
    expect(await actionsOf(false)).toEqual(all.map((path) => [path, 'create']));
    expect(await actionsOf(true)).toEqual(all.map((path) => [path, 'create']));
    writeFileSync(join(folder, 'one.py'), source('one'));
    expect(await actionsOf(true)).toEqual([
      [all[0], 'update'],
      [all[1], 'keep'],
    ]);
    expect(await client.exportNotebook('/Shared/deployed/one', signal)).toBe(source('one'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('notebooks are written and read back', async () => {
  await client.makeFolder('/Shared/tradewind', signal);
  const content = '# Databricks notebook source\nprint("ü")\n';
  await client.importNotebook({ path: '/Shared/tradewind/one', content }, signal);
  expect(await client.exportNotebook('/Shared/tradewind/one', signal)).toBe(content);
  expect(await client.exportNotebook('/Shared/tradewind/two', signal)).toBeUndefined();
});

test('a run of more than 100 tasks is read page by page', async () => {
  const path = await local.script('client-many', {});
  const tasks = Array.from({ length: 230 }, (_, at) => ({
    task_key: `task_${at}`,
    existing_cluster_id: clusterId,
    notebook_task: { notebook_path: path },
  }));
  const run = await ended(await client.submit({ run_name: 'many', tasks }, signal));
  expect(run.tasks).toHaveLength(230);
});

test.each(Object.entries(verdictOfCode))('a run that the workspace ends as %s is a %s', async (code, verdict) => {
  const path = await local.script('client-ends', {});
  const result_state = code === 'SUCCESS' || code === 'SUCCESS_WITH_FAILURES' ? code : 'FAILED';
  const end = { life_cycle_state: 'TERMINATED', result_state, code, type: 'CLIENT_ERROR', message: 'as asked for' };
  await local.post('/tradewind/faults', { ends: [end] });
  expect((await ended(await submit(path, `ends ${code}`))).tasks[0]).toMatchObject({ verdict });
});
