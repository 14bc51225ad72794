import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusterId, startDatabricks, type ApiBody, type TestDatabricks } from '../../support/databricks-local.ts';
import { eventually } from '../../support/own-state.ts';

const runs = '/api/2.2/jobs/runs';

async function submitWith(local: TestDatabricks, path: string, token: string): Promise<number> {
  return await local.submit(path, { idempotency_token: token });
}

async function runsOf(local: TestDatabricks): Promise<readonly ApiBody[]> {
  const found: ApiBody[] = [];
  for (let token = ''; ;) {
    const { json } = await local.get(`${runs}/list`, { limit: 25, ...(token === '' ? {} : { page_token: token }) });
    found.push(...(json.runs ?? []));
    if (json.next_page_token === undefined) return found;
    token = json.next_page_token;
  }
}

test('submits that race for a token make one run, also when the server was killed in between', async () => {
  const first = await startDatabricks();
  const path = await first.script('quick', {});
  const ids = await Promise.all(Array.from({ length: 40 }, () => submitWith(first, path, 'one')));
  expect(new Set(ids).size).toBe(1);
  await first.kill();
  const second = await startDatabricks({ folder: first.folder });
  const again = await Promise.all(Array.from({ length: 40 }, () => submitWith(second, path, 'one')));
  expect(new Set([...ids, ...again]).size).toBe(1);
  expect(await runsOf(second)).toHaveLength(1);
  await second.stop();
});

test('an answered submit outlives kill -9, whenever that comes, and a token never has two runs', async () => {
  let local = await startDatabricks();
  const { folder } = local;
  const path = await local.script('quick', {});
  const answered = new Map<string, number>();
  for (const round of [1, 2, 3, 4]) {
    let answers = 0;
    const submits = Array.from({ length: 200 }, async (_, n) => {
      // Each round asks again for half of the tokens of the one before.
      const token = `t${(round - 1) * 100 + n}`;
      const id = await submitWith(local, path, token).catch(() => undefined);
      if (id === undefined) return;
      expect(answered.get(token) ?? id).toBe(id);
      answered.set(token, id);
      answers += 1;
    });
    // In the middle of them, a little later each time.
    const enough = round * 15;
    await eventually('some submits are answered', () => answers >= enough);
    await local.kill();
    await Promise.all(submits);
    local = await startDatabricks({ folder });
  }
  const found = new Set((await runsOf(local)).map((run) => run.run_id));
  expect(answered.size).toBeGreaterThan(50);
  expect([...answered.values()].filter((id) => !found.has(id))).toEqual([]);
  const more = await Promise.all([...answered.keys()].map((token) => submitWith(local, path, token)));
  expect(more).toEqual([...answered.values()]);
  await local.stop();
});

test('a killed server ends what ran as a lost driver does, carries out what waited, and leaves ends as they were', async () => {
  const first = await startDatabricks({ environment: { DATABRICKS_LOCAL_NOTEBOOKS: '1' } });
  const [quick, long] = [
    await first.script('quick', { end: { state: 'success', exit: '1' } }),
    await first.script('long', { ms: 60_000 }),
  ];
  const ended = await first.submit(quick);
  await first.over(ended);
  const running = await first.submit(long);
  await first.begun(running);
  const waiting = await first.submit(quick);
  expect((await first.get(`${runs}/get`, { run_id: waiting })).json.state.life_cycle_state).toBe('PENDING');
  await first.kill();

  const second = await startDatabricks({ folder: first.folder });
  expect((await second.over(running)).status.termination_details).toMatchObject({
    code: 'DRIVER_ERROR',
    type: 'INTERNAL_ERROR',
  });
  expect((await second.over(waiting)).state.result_state).toBe('SUCCESS');
  expect((await second.get(`${runs}/get-output`, { run_id: ended })).json.notebook_output.result).toBe('1');
  await second.stop();
});

test('the cells of a deleted run are gone with the next start, those of another one stay', async () => {
  const first = await startDatabricks();
  const path = await first.script('prints', { output: ['x'] });
  const [gone, kept] = [await first.submit(path), await first.submit(path)];
  const files = await Promise.all(
    [gone, kept].map(async (runId) =>
      join(first.folder, 'runs', `${(await first.over(runId)).tasks[0].run_id}.ndjson`),
    ),
  );
  await first.post(`${runs}/delete`, { run_id: gone });
  expect(files.map((file) => existsSync(file))).toEqual([true, true]);
  await first.kill();
  const second = await startDatabricks({ folder: first.folder });
  expect(files.map((file) => existsSync(file))).toEqual([false, true]);
  await second.stop();
});

test('a server that is stopped in order ends what runs, and says so to the next one', async () => {
  const first = await startDatabricks();
  const running = await first.submit(await first.script('long', { ms: 60_000 }));
  await first.begun(running);
  await first.stop();
  const second = await startDatabricks({ folder: first.folder });
  expect((await second.over(running)).status.termination_details.code).toBe('DRIVER_ERROR');
  expect(readdirSync(first.folder).filter((name) => name.endsWith('.draft'))).toEqual([]);
  expect(existsSync(join(first.folder, 'server.lock'))).toBe(true);
  await second.stop();
  expect(existsSync(join(first.folder, 'server.lock'))).toBe(false);
});

test('two thousand submits in 64 lanes are a run each', async () => {
  const local = await startDatabricks();
  const path = await local.script('quick', {});
  const body = { existing_cluster_id: clusterId, notebook_task: { notebook_path: path } };
  const ids = new Set<number>();
  await Promise.all(
    Array.from({ length: 64 }, async (_, lane) => {
      for (let n = lane; n < 2_000; n += 64) {
        const { json } = await local.post(`${runs}/submit`, { ...body, idempotency_token: `many-${n}` });
        ids.add(json.run_id);
      }
    }),
  );
  expect(ids.size).toBe(2_000);
  await local.stop();
});
