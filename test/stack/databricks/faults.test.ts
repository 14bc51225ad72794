import { startDatabricks, type TestDatabricks } from '../../support/databricks-local.ts';

let local: TestDatabricks;
beforeAll(async () => {
  local = await startDatabricks();
});
afterAll(() => local.stop());
afterEach(() =>
  fetch(`${local.url}/tradewind/faults`, { method: 'DELETE', headers: { authorization: `Bearer ${local.token}` } }),
);

const submit = 'jobs/runs/submit';
const list = '/api/2.2/jobs/runs/list';

async function ask(order: object): Promise<void> {
  const { status, text } = await local.post('/tradewind/faults', order);
  if (status !== 200) throw new Error(text);
}

async function countRuns(): Promise<number> {
  return (await local.get(list, { limit: 25 })).json.runs?.length ?? 0;
}

test('an error comes as often as it was asked for, with its header', async () => {
  await ask({
    faults: [{ endpoint: 'jobs/runs/list', kind: 'status', status: 429, retryAfter: '7', times: 2, after: 1 }],
  });
  const answers = [await local.get(list), await local.get(list), await local.get(list), await local.get(list)];
  expect(answers.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
  expect(answers[1]?.headers.get('retry-after')).toBe('7');
  expect(answers[1]?.json.error_code).toBe('INTERNAL_ERROR');
  expect((await local.get('/tradewind/faults')).json).toEqual({ status: 2 });
});

test('a gateway’s page is HTML, a slow answer is slow', async () => {
  await ask({
    faults: [
      { kind: 'html', status: 503, times: 1 },
      { kind: 'slow', delayMs: 400, times: 1 },
    ],
  });
  const page = await local.get(list);
  expect([page.status, page.headers.get('content-type'), page.text.slice(0, 6)]).toEqual([503, 'text/html', '<html>']);
  const begun = performance.now();
  expect((await local.get(list)).status).toBe(200);
  expect(performance.now() - begun).toBeGreaterThan(390);
});

test('a reset does nothing, a lost answer does its work', async () => {
  const path = await local.script('quick', {});
  const before = await countRuns();
  await ask({ faults: [{ endpoint: submit, kind: 'reset', times: 1 }] });
  await expect(local.submit(path, { idempotency_token: 'r' })).rejects.toThrow('fetch failed');
  expect(await countRuns()).toBe(before);
  await ask({ faults: [{ endpoint: submit, kind: 'lost', times: 1 }] });
  await expect(local.submit(path, { idempotency_token: 'l' })).rejects.toThrow('fetch failed');
  expect(await countRuns()).toBe(before + 1);
  const runId = await local.submit(path, { idempotency_token: 'l' });
  expect(await countRuns()).toBe(before + 1);
  expect((await local.over(runId)).state.result_state).toBe('SUCCESS');
});

test('signing in fails when that is asked for by its name, and not with all the others', async () => {
  const signIn = async (): Promise<number> => {
    const { status } = await fetch(`${local.url}/oidc/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'databricks-local',
        client_secret: local.clientSecret,
      }),
    });
    return status;
  };
  await ask({ faults: [{ kind: 'status', times: 1 }] });
  expect([await signIn(), (await local.get(list)).status]).toEqual([200, 500]);
  await ask({ faults: [{ endpoint: 'oidc/v1/token', kind: 'status', status: 503, times: 1 }] });
  expect([await signIn(), await signIn()]).toEqual([503, 200]);
});

test('a seed gives the same calls each time, about as many as its probability says', async () => {
  const order = { faults: [{ endpoint: 'jobs/runs/list', kind: 'status', probability: 0.3, seed: 42 }] };
  const statuses = async (): Promise<readonly number[]> => {
    await fetch(`${local.url}/tradewind/faults`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${local.token}` },
    });
    await ask(order);
    const found: number[] = [];
    for (let n = 0; n < 200; n++) found.push((await local.get(list)).status);
    return found;
  };
  const [one, other] = [await statuses(), await statuses()];
  expect(one).toEqual(other);
  const failed = one.filter((status) => status === 500).length;
  expect(failed).toBeGreaterThan(35);
  expect(failed).toBeLessThan(90);
});

test.each([
  ['INTERNAL_ERROR', undefined, 'CLOUD_FAILURE', 'CLOUD_FAILURE'],
  ['TERMINATED', 'TIMEDOUT', 'CANCELED', 'CLIENT_ERROR'],
  ['SKIPPED', 'MAXIMUM_CONCURRENT_RUNS_REACHED', 'MAX_CONCURRENT_RUNS_EXCEEDED', 'CLIENT_ERROR'],
  ['INTERNAL_ERROR', 'FAILED', 'CLUSTER_ERROR', 'INTERNAL_ERROR'],
  ['TERMINATED', 'SOMETHING_NEW', 'SOMETHING_NEW', 'SOMETHING_NEW'],
])('a run ends as a test says: %s %s %s', async (life, result, code, type) => {
  const path = await local.script('quick', {});
  const end = {
    life_cycle_state: life,
    code,
    type,
    message: 'because',
    ...(result === undefined ? {} : { result_state: result }),
  };
  await ask({ ends: [end] });
  const run = await local.over(await local.submit(path));
  expect([run.state.life_cycle_state, run.state.result_state]).toEqual([life, result]);
  expect(run.status.termination_details).toMatchObject({ code, type });
  expect((await local.over(await local.submit(path))).state.result_state).toBe('SUCCESS');
});

test('only who has the token asks for faults, and in the words that there are', async () => {
  const answer = await fetch(`${local.url}/tradewind/faults`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(401);
  expect((await local.post('/tradewind/faults', { faults: [{ kind: 'flood' }] })).status).toBe(400);
});
