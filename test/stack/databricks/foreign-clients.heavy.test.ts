import { airflowHook, databricksSdk, databricksSdkGo } from '../../support/databricks-clients.ts';
import { clusterId, startDatabricks, userName, type TestDatabricks } from '../../support/databricks-local.ts';

/** Clients that we did not write say whether databricks-local is what they know. */
let local: TestDatabricks;
beforeEach(async () => {
  local = await startDatabricks();
  await local.script('good', { ms: 50, end: { state: 'success', exit: '42' } });
  await local.script('bad', [{ end: { state: 'failed', error: 'ValueError: x' } }, {}]);
  await local.script('long', { ms: 600_000 });
  await local.script('echo', { echo: true });
});
afterEach(() => local.stop());

const failure = 'Task main failed with message: Workload failed, see run output for details.';

test('databricks-sdk for Python does all that it can do with jobs, workspace, DBFS, secrets and clusters', async () => {
  const client = await databricksSdk();
  if (client === undefined) return;
  const found = await client([local.url, local.token, local.clientSecret, clusterId]);
  expect(found).toEqual({
    submit: ['by the SDK', 'SUCCESS', 'SUCCESS'],
    output: '42',
    again: true,
    failed: `failed to reach TERMINATED or SKIPPED, got RunLifeCycleState.INTERNAL_ERROR: ${failure}`,
    error: 'ValueError: x',
    repair: ['SUCCESS', 'mended'],
    history: ['ORIGINAL', 'REPAIR'],
    cancel: 'CANCELED',
    'pages of tasks': 120,
    'pages of runs': [true, true],
    export: 'sdk-good',
    deleted: 'ResourceDoesNotExist: Run N does not exist.',
    'run now': { day: '2' },
    jobs: [['renamed'], 'a'],
    refused: [
      'ResourceDoesNotExist: Run 5 does not exist.',
      'ResourceDoesNotExist: Job 5 does not exist.',
      'ResourceDoesNotExist: Cluster x does not exist',
      "ResourceDoesNotExist: Path (/nowhere) doesn't exist.",
      'ResourceAlreadyExists: Path (/Shared/sdk-good) already exists.',
    ],
    workspace: [
      ['/Shared/sdk', '/Shared/sdk-bad', '/Shared/sdk-echo', '/Shared/sdk-good', '/Shared/sdk-long'],
      'PYTHON',
      '# Databricks notebook source',
    ],
    dbfs: [2_500_000, 2_500_000],
    secrets: ['value', ['key']],
    cluster: [true, ['INSTALLED']],
    permissions: 'CAN_MANAGE',
    principal: userName,
    'wrong token': expect.stringContaining('PermissionDenied: Invalid access token.'),
  });
}, 300_000);

test('databricks-sdk-go submits, waits, repairs, cancels, lists, imports and signs in', async () => {
  const client = await databricksSdkGo();
  if (client === undefined) return;
  const found = await client([local.url, local.token, local.clientSecret, clusterId]);
  expect(found).toEqual({
    submit: ['SUCCESS', 'SUCCESS'],
    again: true,
    output: '42',
    failed: `failed to reach TERMINATED or SKIPPED, got INTERNAL_ERROR: ${failure}`,
    repair: 'SUCCESS',
    cancel: 'CANCELED',
    runs: true,
    import: 'Path (/Shared/go) already exists.',
    uploaded: true,
    status: 'NOTEBOOK',
    refused: [true, 'Run 5 does not exist.'],
    state: 'RUNNING',
    principal: userName,
  });
}, 600_000);

test("Airflow's hook and operators submit, poll, show errors, repair, cancel and find jobs", async () => {
  const client = await airflowHook();
  if (client === undefined) return;
  const found = await client([new URL(local.url).port, local.token, clusterId]);
  expect(found).toEqual({
    connection: [true, 'Connection successfully tested'],
    submit: ['SUCCESS', true],
    again: true,
    output: '42',
    parameters: { n: '3' },
    failed: expect.stringMatching(/^bad failed with terminal state: .*'error': 'ValueError: x'/),
    repair: ['SUCCESS', true],
    cancel: 'CANCELED',
    jobs: [true, 1],
    'run now': { day: '2' },
    reset: true,
    cluster: 'RUNNING',
    refused: expect.stringContaining('Run 5 does not exist.'),
  });
}, 600_000);
