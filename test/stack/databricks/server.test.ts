import { spawn } from 'node:child_process';
import { clusterId, startDatabricks, userName, type TestDatabricks } from '../../support/databricks-local.ts';

let local: TestDatabricks;
beforeAll(async () => {
  local = await startDatabricks();
});
afterAll(() => local.stop());

const runs = '/api/2.2/jobs/runs';
const notebook = (path: string): object => ({ existing_cluster_id: clusterId, notebook_task: { notebook_path: path } });

async function errorOf(response: Response, field: string): Promise<unknown> {
  const body: Readonly<Record<string, unknown>> = JSON.parse(await response.text());
  return body[field];
}

describe('a run', () => {
  test("goes from pending to success, and gives the notebook's exit", async () => {
    const path = await local.script('exits', { ms: 2_000, end: { state: 'success', exit: '{"rows":7}' } });
    const runId = await local.submit(path, { run_name: 'seven' });
    const early = await local.begun(runId);
    expect(early).toMatchObject({
      run_name: 'seven',
      run_type: 'SUBMIT_RUN',
      state: { life_cycle_state: 'RUNNING' },
      status: { state: 'RUNNING' },
      end_time: 0,
    });
    expect(early.state).not.toHaveProperty('result_state');
    const run = await local.over(runId);
    expect(run).toMatchObject({
      state: { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS', user_cancelled_or_timedout: false },
      status: { state: 'TERMINATED', termination_details: { code: 'SUCCESS', type: 'SUCCESS' } },
      tasks: [{ task_key: 'main', attempt_number: 0, state: { result_state: 'SUCCESS' } }],
    });
    for (const id of [runId, run.tasks[0].run_id]) {
      const { json } = await local.get(`${runs}/get-output`, { run_id: id });
      expect(json).toMatchObject({ notebook_output: { result: '{"rows":7}', truncated: false } });
      expect(json.metadata).toMatchObject({ run_id: run.tasks[0].run_id, state: { result_state: 'SUCCESS' } });
    }
  });

  test('that fails says so as the service does: the task terminates, the run is an internal error', async () => {
    const end = { state: 'failed', error: "NameError: name 'x' is not defined", trace: 'Traceback\n  x', cell: 2 };
    const run = await local.over(await local.submit(await local.script('fails', { end })));
    expect(run.state).toEqual({
      life_cycle_state: 'INTERNAL_ERROR',
      result_state: 'FAILED',
      state_message: 'Task main failed with message: Workload failed, see run output for details.',
      user_cancelled_or_timedout: false,
    });
    expect(run.status.termination_details).toMatchObject({ code: 'RUN_EXECUTION_ERROR', type: 'CLIENT_ERROR' });
    expect(run.tasks[0].state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'FAILED' });
    const { json } = await local.get(`${runs}/get-output`, { run_id: run.tasks[0].run_id });
    expect(json).toMatchObject({ error: "NameError: name 'x' is not defined", error_trace: 'Traceback\n  x' });
    expect(json.notebook_output).toEqual({});
  });

  test('whose driver dies is an internal error that is not the notebook’s fault', async () => {
    const run = await local.over(await local.submit(await local.script('dies', { end: { state: 'lost' } })));
    expect(run.status.termination_details).toMatchObject({ code: 'DRIVER_ERROR', type: 'INTERNAL_ERROR' });
  });

  test('of a notebook that is not there fails with the path and the user', async () => {
    const run = await local.over(await local.submit('/Shared/nothing'));
    expect(run.tasks[0].state).toMatchObject({
      life_cycle_state: 'INTERNAL_ERROR',
      state_message: `Unable to access the notebook "/Shared/nothing" in the workspace. Either it does not exist, or the identity used to run this job, ${userName}, lacks the required permissions.`,
    });
    expect(run.status.termination_details.code).toBe('RESOURCE_NOT_FOUND');
  });

  test('is cancelled: terminating first, then over, and cancelling it again is no error', async () => {
    const runId = await local.submit(await local.script('long', { ms: 60_000 }));
    await local.begun(runId);
    expect(await local.post(`${runs}/cancel`, { run_id: runId })).toMatchObject({ status: 200, json: {} });
    const run = await local.over(runId);
    expect(run.state).toMatchObject({ result_state: 'CANCELED', user_cancelled_or_timedout: true });
    expect(run.status.termination_details.code).toBe('USER_CANCELED');
    expect((await local.post(`${runs}/cancel`, { run_id: runId })).status).toBe(200);
  });

  test('that takes too long is ended as timed out', async () => {
    const runId = await local.submit(await local.script('slow', { ms: 60_000 }), { timeout_seconds: 1 });
    const run = await local.over(runId);
    expect(run.state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'TIMEDOUT' });
  });

  test('gets the widgets of its task, of run-now and of its job, and references filled in', async () => {
    const path = await local.script('echoes', { echo: true });
    const settings = {
      name: 'echo',
      parameters: [{ name: 'day', default: '2026-01-01' }],
      tasks: [
        {
          task_key: 'one',
          notebook_task: {
            notebook_path: path,
            base_parameters: { day: 'own', run: '{{job.run_id}}', n: 7, odd: '{{x.y}}' },
          },
        },
      ],
    };
    const { json: job } = await local.post('/api/2.2/jobs/create', settings);
    const { json } = await local.post('/api/2.2/jobs/run-now', { job_id: job.job_id, job_parameters: { day: '2' } });
    const run = await local.over(json.run_id);
    const { json: output } = await local.get(`${runs}/get-output`, { run_id: json.run_id });
    expect(JSON.parse(output.notebook_output.result)).toEqual({
      day: '2',
      run: String(json.run_id),
      n: '7',
      odd: '{{x.y}}',
    });
    expect(run).toMatchObject({
      run_type: 'JOB_RUN',
      job_id: job.job_id,
      job_parameters: [{ name: 'day', value: '2' }],
    });
  });

  test('of several tasks gives the output of each alone', async () => {
    const [good, bad] = [
      await local.script('good', {}),
      await local.script('bad', { end: { state: 'failed', error: 'E' } }),
    ];
    const tasks = [
      { task_key: 'a', ...notebook(good) },
      { task_key: 'b', ...notebook(bad), depends_on: [{ task_key: 'a' }] },
      { task_key: 'c', ...notebook(good), depends_on: [{ task_key: 'b' }] },
    ];
    const { json } = await local.post(`${runs}/submit`, { tasks });
    const run = await local.over(json.run_id);
    expect(run.tasks.map((one) => [one.task_key, one.state.result_state])).toEqual([
      ['a', 'SUCCESS'],
      ['b', 'FAILED'],
      ['c', 'UPSTREAM_FAILED'],
    ]);
    const output = await local.get(`${runs}/get-output`, { run_id: json.run_id });
    expect(output).toMatchObject({
      status: 400,
      json: {
        error_code: 'INVALID_PARAMETER_VALUE',
        message:
          'Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each individual task run instead.',
      },
    });
  });

  test('is repaired, and its history tells', async () => {
    const path = await local.script('recovers', [{ end: { state: 'failed', error: 'E' } }, { echo: true }]);
    const runId = await local.submit(path);
    await local.over(runId);
    const { json } = await local.post(`${runs}/repair`, {
      run_id: runId,
      rerun_all_failed_tasks: true,
      notebook_params: { again: 'yes' },
    });
    expect((await local.over(runId)).state.result_state).toBe('SUCCESS');
    const output = await local.get(`${runs}/get-output`, { run_id: runId });
    expect(output.json.notebook_output.result).toBe('{"again":"yes"}');
    const { json: run } = await local.get(`${runs}/get`, { run_id: runId, include_history: true });
    expect(run.repair_history).toMatchObject([
      { type: 'ORIGINAL', state: { result_state: 'FAILED' } },
      { type: 'REPAIR', id: json.repair_id, state: { result_state: 'SUCCESS' } },
    ]);
  });
});

describe('a request that is wrong', () => {
  test.each([
    [`${runs}/get`, { run_id: 5 }, 400, 'INVALID_PARAMETER_VALUE', 'Run 5 does not exist.'],
    [`${runs}/get`, {}, 400, 'INVALID_PARAMETER_VALUE', 'Missing required field: run_id'],
    [`${runs}/get-output`, { run_id: 5 }, 400, 'INVALID_PARAMETER_VALUE', 'Run 5 does not exist.'],
    [`${runs}/list`, { limit: 26 }, 400, 'INVALID_PARAMETER_VALUE', 'The limit must be between 1 and 25'],
    [`${runs}/list`, { page_token: 'abc' }, 400, 'INVALID_PARAMETER_VALUE', 'Invalid page token'],
    ['/api/2.2/jobs/get', { job_id: 5 }, 400, 'INVALID_PARAMETER_VALUE', 'Job 5 does not exist.'],
    ['/api/2.2/jobs/list', { limit: 101 }, 400, 'INVALID_PARAMETER_VALUE', 'The limit must be between 1 and 100'],
    ['/api/2.1/clusters/get', { cluster_id: 'x' }, 400, 'INVALID_PARAMETER_VALUE', 'Cluster x does not exist'],
    ['/api/2.0/workspace/get-status', { path: '/no' }, 404, 'RESOURCE_DOES_NOT_EXIST', "Path (/no) doesn't exist."],
    ['/api/2.2/jobs/nothing', {}, 404, 'ENDPOINT_NOT_FOUND', "No API found for 'GET jobs/nothing'"],
  ])('GET %s %o', async (path, query, status, code, message) => {
    const answer = await local.get(path, query);
    expect([answer.status, answer.json.error_code]).toEqual([status, code]);
    expect(answer.json.message).toContain(message);
  });

  const task = { task_key: 'a', ...notebook('/a') };
  test.each<[unknown, string, string]>([
    ['{', 'MALFORMED_REQUEST', 'not JSON'],
    [{ tasks: 'a' }, 'MALFORMED_REQUEST', "Unexpected string for field 'tasks'"],
    [{}, 'INVALID_PARAMETER_VALUE', 'Missing required field: notebook_task'],
    [{ tasks: [{ task_key: 'a' }] }, 'INVALID_PARAMETER_VALUE', 'Missing required field: notebook_task'],
    [{ ...notebook('/a'), existing_cluster_id: 'x' }, 'INVALID_PARAMETER_VALUE', 'Cluster x does not exist'],
    [notebook('a'), 'INVALID_PARAMETER_VALUE', 'Only absolute paths are currently supported'],
    [{ ...notebook('/a'), idempotency_token: 'x'.repeat(65) }, 'INVALID_PARAMETER_VALUE', '64 characters'],
    [{ tasks: [task, task] }, 'INVALID_PARAMETER_VALUE', 'Duplicate task key: a'],
    [
      { tasks: [{ ...task, depends_on: [{ task_key: 'b' }] }] },
      'INVALID_PARAMETER_VALUE',
      'task b, which does not exist',
    ],
    [{ tasks: [{ ...task, depends_on: [{ task_key: 'a' }] }] }, 'INVALID_PARAMETER_VALUE', 'form a cycle'],
    [{ tasks: [{ ...task, new_cluster: { spark_version: 'x' } }] }, 'INVALID_PARAMETER_VALUE', 'Only one of'],
    [{ tasks: [{ ...task, run_if: 'SOMETIMES' }] }, 'INVALID_PARAMETER_VALUE', 'run_if'],
    [{ tasks: [{ task_key: 'a', spark_python_task: {} }] }, 'INVALID_PARAMETER_VALUE', 'notebook tasks alone'],
    [
      { tasks: [task], git_source: { git_url: 'x' } },
      'INVALID_PARAMETER_VALUE',
      'Missing required field: git_source.git_provider',
    ],
    [
      { tasks: [{ ...task, notebook_task: { notebook_path: '/a', base_parameters: { x: 'y'.repeat(1_048_577) } } }] },
      'INVALID_PARAMETER_VALUE',
      'exceeds the limit',
    ],
  ])('submit %#', async (body, code, message) => {
    const answer = await local.post(`${runs}/submit`, body);
    expect([answer.status, answer.json.error_code]).toEqual([400, code]);
    expect(answer.json.message).toContain(message);
  });
});

describe('sign-in', () => {
  test('asks for a token, and does not take another one', async () => {
    const without = await fetch(`${local.url}/api/2.2/jobs/list`);
    expect([without.status, await errorOf(without, 'error_code')]).toEqual([401, 'UNAUTHENTICATED']);
    const wrong = await fetch(`${local.url}/api/2.2/jobs/list`, { headers: { authorization: 'Bearer x' } });
    expect([wrong.status, await errorOf(wrong, 'message')]).toEqual([403, 'Invalid access token.']);
  });

  test('gives a service principal a token', async () => {
    const { token_endpoint: endpoint } = (await local.get('/oidc/.well-known/oauth-authorization-server')).json as {
      readonly token_endpoint: string;
    };
    const ask = (secret: string): Promise<Response> =>
      fetch(endpoint, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`databricks-local:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'all-apis' }),
      });
    expect((await ask('wrong')).status).toBe(401);
    const issued = (await (await ask(local.clientSecret)).json()) as { access_token: string; expires_in: number };
    expect(issued.expires_in).toBe(3_600);
    const me = await fetch(`${local.url}/api/2.0/preview/scim/v2/Me`, {
      headers: { authorization: `Bearer ${issued.access_token}` },
    });
    expect(await me.json()).toMatchObject({ userName });
    const forged = issued.access_token.replace(/\d/, '9');
    const no = await fetch(`${local.url}/api/2.2/jobs/list`, { headers: { authorization: `Bearer ${forged}` } });
    expect(no.status).toBe(403);
  });
});

describe('lists', () => {
  test('of runs come in pages that new runs do not shift', async () => {
    const path = await local.script('quick', {});
    const { json: job } = await local.post('/api/2.1/jobs/create', {
      name: 'pages',
      max_concurrent_runs: 99,
      tasks: [{ task_key: 'a', ...notebook(path) }],
    });
    const run = async (): Promise<number> =>
      (await local.post('/api/2.1/jobs/run-now', { job_id: job.job_id })).json.run_id;
    const made = [await run(), await run(), await run(), await run(), await run()].toReversed();
    const found: number[] = [];
    // The first page is also asked for with an empty token, as Airflow's hook does.
    for (let token: string | undefined = '', first = true; first || token !== undefined; first = false) {
      const { json } = await local.get(`${runs}/list`, {
        job_id: job.job_id,
        limit: 2,
        ...(token === undefined ? {} : { page_token: token }),
      });
      found.push(...(json.runs ?? []).map((one) => one.run_id));
      expect(json.has_more).toBe(json.next_page_token !== undefined);
      token = json.next_page_token;
      if (first) await run();
    }
    expect(found).toEqual(made);
  });

  test('of tasks come a hundred at a time', async () => {
    const path = await local.script('quick', {});
    const tasks = Array.from({ length: 205 }, (_, n) => ({ task_key: `t${n}`, ...notebook(path) }));
    const { json } = await local.post(`${runs}/submit`, { tasks });
    await local.over(json.run_id);
    const found: string[] = [];
    for (let token = ''; ;) {
      const page = await local.get(`${runs}/get`, {
        run_id: json.run_id,
        ...(token === '' ? {} : { page_token: token }),
      });
      found.push(...page.json.tasks.map((one) => one.task_key));
      if (page.json.next_page_token === undefined) break;
      token = page.json.next_page_token;
    }
    expect(found).toEqual(tasks.map((one) => one.task_key));
  });
});

describe('a job', () => {
  test('is made, found by its name, changed field by field, set anew, and deleted', async () => {
    const path = await local.script('quick', {});
    const a = { task_key: 'a', ...notebook(path) };
    const { json } = await local.post('/api/2.2/jobs/create', { name: 'Nightly', tasks: [a], tags: { x: 'y' } });
    const id = json.job_id;
    // As Python's clients write it.
    const asked = await local.get('/api/2.2/jobs/list', { name: 'nightly', limit: 25, expand_tasks: 'False' });
    expect(asked.json.jobs.map((one) => one.job_id)).toEqual([id]);
    expect(asked.json.jobs[0].settings).not.toHaveProperty('tasks');
    const change = {
      tasks: [
        { ...a, timeout_seconds: 9 },
        { ...a, task_key: 'b' },
      ],
    };
    await local.post('/api/2.2/jobs/update', { job_id: id, new_settings: change, fields_to_remove: ['tags'] });
    const { settings } = (await local.get('/api/2.2/jobs/get', { job_id: id })).json;
    expect(settings).toMatchObject({ name: 'Nightly', tasks: [{ timeout_seconds: 9 }, { task_key: 'b' }] });
    expect(settings).not.toHaveProperty('tags');
    await local.post('/api/2.2/jobs/reset', { job_id: id, new_settings: { tasks: [a] } });
    expect((await local.get('/api/2.2/jobs/get', { job_id: id })).json.settings.name).toBe('Untitled');
    expect((await local.post('/api/2.2/jobs/delete', { job_id: id })).status).toBe(200);
    expect((await local.get('/api/2.2/jobs/get', { job_id: id })).json.message).toBe(`Job ${id} does not exist.`);
  });
});

test('a job whose runs queue takes them one by one, and cancel-all ends them all', async () => {
  const path = await local.script('long', { ms: 60_000 });
  const settings = { name: 'queue', queue: { enabled: true }, tasks: [{ task_key: 'a', ...notebook(path) }] };
  const { job_id: id } = (await local.post('/api/2.2/jobs/create', settings)).json;
  const ids: number[] = [];
  for (const _ of [1, 2, 3]) ids.push((await local.post('/api/2.2/jobs/run-now', { job_id: id })).json.run_id);
  await local.begun(ids[0] ?? 0);
  const { json } = await local.get(`${runs}/get`, { run_id: ids[1] ?? 0 });
  expect(json).toMatchObject({
    state: { life_cycle_state: 'QUEUED' },
    status: { state: 'QUEUED', queue_details: { code: 'MAX_CONCURRENT_RUNS_REACHED' } },
  });
  expect((await local.get(`${runs}/list`, { job_id: id, active_only: true })).json.runs).toHaveLength(3);
  expect((await local.post(`${runs}/cancel-all`, { job_id: id })).text).toBe('{}');
  const ended = await Promise.all(ids.map(local.over));
  expect(ended.map((run) => run.state.result_state)).toEqual(['CANCELED', 'CANCELED', 'CANCELED']);
  expect((await local.get(`${runs}/list`, { job_id: id, active_only: true })).json.runs).toBeUndefined();
});

describe('the page of a run', () => {
  test('shows cells and errors as text, at the address that the run gives and at no other', async () => {
    const nasty = '<script>alert(1)</script>';
    const end = { state: 'failed', error: `E: ${nasty}`, trace: `at ${nasty}` };
    const path = await local.script('nasty', { output: [nasty], end });
    const run = await local.over(await local.submit(path, { run_name: nasty }));
    const page = await fetch(run.run_page_url);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toContain('<script');
    expect(html.split('&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(4);
    expect((await fetch(run.run_page_url.replace(/k=..../, 'k=xxxx'))).status).toBe(403);
    const exported = await local.get(`${runs}/export`, { run_id: run.run_id });
    expect(exported.json.views).toMatchObject([
      { name: 'nasty', type: 'NOTEBOOK', content: expect.stringContaining('<h1>') },
    ]);
  });
});

test('a folder has one server: the second waits for its end', async () => {
  const own = await startDatabricks();
  const second = startDatabricks({ folder: own.folder });
  const early = await Promise.race([
    second.then(() => 'up'),
    new Promise((resolve) => void setTimeout(resolve, 1_500, 'waits')),
  ]);
  expect(early).toBe('waits');
  await own.stop();
  await (await second).stop();
});

test('a server without its settings ends with a sentence that names them, and no value', async () => {
  const child = spawn(process.execPath, ['dist/stack/databricks/main.js'], {
    env: { PATH: process.env['PATH'], DATABRICKS_LOCAL_PORT: 'canary-9' },
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => void child.on('close', resolve));
  expect(code).not.toBe(0);
  expect(said).toContain('DATABRICKS_LOCAL_TOKEN');
  expect(said).not.toContain('canary-9');
});
