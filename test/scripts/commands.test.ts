import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { reconcileSchedules } from '../../scripts/schedules/reconcile.ts';
import { registeredDags } from '../../scripts/dag-registry.ts';
import { eventually } from '../support/own-state.ts';
import { sharedStack } from '../support/shared-stack.ts';
import { testSettings, testVariables, uniqueName } from '../support/stack.ts';
import { tw, type CommandEnd } from '../support/tw.ts';
import { statesQuery } from '../../workflows/engine/queries.ts';
import { dailyActivities } from '../workflows/fixtures/daily-activities.ts';
import { bundle, collectLogs, startHarness } from '../workflows/harness.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('commands');
const own = uniqueName('commands');
const home = mkdtempSync(join(tmpdir(), 'tradewind-commands-'));
const empty = join(home, 'empty');
const variables = testVariables({
  TEMPORAL_NAMESPACE: namespace,
  TW_TASK_QUEUE: own,
  TW_USER: own,
  TW_S3_BUCKET: `${own}-bucket`,
  TW_STATE_DIR: empty,
});
const run = (...args: string[]): Promise<CommandEnd> => tw(variables, args);
let env: TestWorkflowEnvironment;

beforeAll(async () => {
  collectLogs();
  const { code, err } = await run('init');
  if (code !== 0) throw new Error(err);
  env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
});

afterAll(async () => {
  await env.teardown();
  rmSync(home, { recursive: true, force: true });
});

test('tw init can be repeated, and tw doctor finds well what it made', async () => {
  expect(await run('init')).toMatchObject({ code: 0, out: expect.stringContaining(`${namespace}: as it should be`) });
  const { out } = await run('doctor', '--json');
  const { servers, settingsProblems } = JSON.parse(out) as {
    readonly servers: readonly { readonly name: string; readonly ok: boolean }[];
    readonly settingsProblems: readonly string[];
  };
  expect(settingsProblems).toEqual([]);
  const found = servers.filter(({ name }) => name !== 'MySQL').map(({ name, ok }) => `${name} ${ok}`);
  // The source database is not what tw init makes.
  expect(found).toEqual(['Temporal true', 'Kafka true', 'S3 true']);
  // Two commands that look at every server: seconds, and more where others keep the machine busy.
}, 180_000);

test('tw doctor exits with 1 and says what is wrong where', async () => {
  const { code, out } = await tw({ ...variables, TW_S3_BUCKET: uniqueName('nowhere') }, ['doctor']);
  expect(code).toBe(1);
  expect(out).toMatch(/FAIL S3: .*nowhere-/);
  expect(out).toMatch(/ok +Temporal: /);
});

describe('tw dags', () => {
  test('lists the DAGs', async () => {
    const { code, out } = await run('dags', 'list', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ id: 'pinterestDaily', schedule: '@daily UTC' }));
    expect((await run('dags', 'list')).out).toContain('pinterestDaily');
  });

  test.each([
    ['a DAG that there is not', 1, ['nowhere'], 'there is no DAG nowhere; there are: '],
    ['what is not JSON', 78, ['pinterestDaily', '--conf', '{'], '--conf is not JSON'],
    ['what is no object', 78, ['pinterestDaily', '--conf', '[1]'], '--conf is not a JSON object'],
    [
      'an id that is too long',
      1,
      ['pinterestDaily', '--run-id', 'x'.repeat(700)],
      'takes 700 bytes in the keys of its',
    ],
    [
      'params that are wrong',
      1,
      ['pinterestDaily', '--conf', '{"posts":0,"past":1}'],
      'pinterestDaily has no param past',
    ],
  ])('refuses %s in words (exit code %i), and starts nothing', async (_, exitCode, args, words) => {
    const { code, out, err } = await run('dags', 'trigger', ...args);
    expect({ code, out }).toEqual({ code: exitCode, out: '' });
    expect(err).toContain(words);
    expect(err).not.toMatch(/^ +at /m);
  });

  test('triggers a run and waits for its end; its id is taken for ever', async () => {
    const daily = dailyActivities(() => ({ fails: null, calls: [], report: undefined, verified: undefined }));
    const harness = await startHarness(env, {
      bundle: await bundle('workflows/index'),
      activities: daily,
      taskQueue: own,
    });
    try {
      const runId = uniqueName('run');
      const order = [
        'dags',
        'trigger',
        'pinterestDaily',
        '--conf',
        '{"posts":5}',
        '--run-id',
        runId,
        '-e',
        '2026-03-05',
      ];
      const { code, out } = await run(...order, '--wait', '--json');
      expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({ code: 0, runId, state: 'success' });
      expect(await env.client.workflow.getHandle(runId).query(statesQuery)).toMatchObject({
        runType: 'manual',
        logicalDate: '2026-03-05T00:00:00Z',
        dataInterval: { start: '2026-03-04T00:00:00Z', end: '2026-03-05T00:00:00Z' },
      });
      const again = await run(...order);
      expect(again).toMatchObject({ code: 1, err: `tw: there is a run ${runId} already; give another --run-id\n` });
    } finally {
      await harness.stop();
    }
  });

  test('starts nothing in a dry run, and a run that is to begin later waits until then', async () => {
    const runId = uniqueName('later');
    const order = ['dags', 'trigger', 'pinterestDaily', '--conf', '{"posts":5}', '--run-id', runId];
    expect(await run(...order, '--dry-run')).toMatchObject({ code: 0, out: `would start ${runId} with {"posts":5}\n` });
    const about = await run(...order, '--partition-key', '2026-03-10', '--dry-run', '--json');
    expect(JSON.parse(about.out)).toMatchObject({ runId, partitionKey: '2026-03-10' });
    expect(await run(...order, '--partition-key', ' ')).toMatchObject({
      code: 1,
      err: expect.stringContaining("tw: the partition key is ' '"),
    });
    const handle = env.client.workflow.getHandle(runId);
    await expect(handle.describe()).rejects.toThrow(/not found/i);
    const runAfter = new Date(Date.now() + 3_600_000).toISOString();
    expect(await run(...order, '--run-after', runAfter, '--json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"state":"queued"'),
    });
    const { executionTime } = await handle.describe();
    expect(Math.abs((executionTime?.getTime() ?? 0) - Date.parse(runAfter))).toBeLessThan(60_000);
    await handle.terminate('enough');
  });

  test('exits with 1 when the run that it waits for fails', async () => {
    const runId = uniqueName('ended');
    const waiting = run('dags', 'trigger', 'pinterestDaily', '--run-id', runId, '--wait');
    const handle = env.client.workflow.getHandle(runId);
    await eventually('the run', () =>
      handle.terminate('enough').then(
        () => true,
        () => false,
      ),
    );
    const { code, out } = await waiting;
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^started ${runId}\\n(.*\\n)?failed\\n$`));
  });
});

test('tw schedules diff exits with 1 while apply has something to do, and apply while somebody else has the id', async () => {
  const diff = () => run('schedules', 'diff');
  const line = (words: string) => expect.stringMatching(new RegExp(`^pinterestDaily: ${words}$`, 'm'));
  expect(await diff()).toMatchObject({ code: 1, out: line('would be created') });
  expect(await run('schedules', 'apply')).toMatchObject({ code: 0, out: line('created') });
  expect(await diff()).toMatchObject({ code: 0, out: line('as it should be') });
  const handle = env.client.schedule.getHandle('pinterestDaily');
  await handle.delete();
  await reconcileSchedules(env.client, {
    definitions: registeredDags().map(({ definition }) => definition),
    taskQueue: 'theirs',
    now: new Date(),
    apply: true,
    prune: false,
  });
  const foreign = line('left alone: the Schedule pinterestDaily was not made by this installation.*');
  expect(await run('schedules', 'apply')).toMatchObject({ code: 1, out: foreign });
  await handle.delete();
});

describe('tw stack', () => {
  test('says of an empty state that nothing runs, and has nothing to stop or remove', async () => {
    const [status, down, purge, log, part] = await Promise.all([
      run('stack', 'status'),
      run('stack', 'down'),
      run('stack', 'purge', '--yes'),
      run('stack', 'logs', 'mysql'),
      run('stack', 'logs', 'oracle'),
    ]);
    expect(status).toMatchObject({ code: 3, out: expect.stringMatching(/^temporal +down\n/) });
    expect(down).toMatchObject({ code: 0, out: 'nothing was running\n' });
    expect(purge).toMatchObject({ code: 0, out: 'nothing to remove\n' });
    expect(log).toMatchObject({ code: 1, err: 'tw: mysql has not been started here\n' });
    expect(part).toMatchObject({ code: 1, err: expect.stringContaining('there is no part oracle: ') });
  });

  test('shows what runs, and its log', async () => {
    const shared = { TW_STATE_DIR: sharedStack().stateDir };
    const { code, out } = await tw(shared, ['stack', 'status', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(out) as readonly { readonly state: string }[]).map(({ state }) => state)).toEqual(
      Array.from({ length: 4 }, () => 'running'),
    );
    expect(await tw(shared, ['stack', 'logs', 'mysql'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('ready'),
    });
  });
});

test('a command line that is wrong exits with 78, which no supervisor starts again, and help with 0', async () => {
  const [verb, option, help] = await Promise.all([run('wroker'), run('worker', '--rolse', 'io'), run('--help')]);
  expect([verb.code, option.code, help.code]).toEqual([78, 78, 0]);
});
