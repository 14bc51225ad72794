import { createS3ObjectStore, type S3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { tryLogKey } from '../../pipeline/run-keys.ts';
import type { RunSummary } from '../../scripts/runs/run-summary.ts';
import type { TaskStatus } from '../../workflows/engine/queries.ts';
import { eventually } from '../support/own-state.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { tw } from '../support/tw.ts';
import { cliStage } from './cli-stage.ts';

const stage = cliStage('runs');
const { own, variables, tw: run } = stage;
const good = uniqueName('good');
const bad = uniqueName('bad');
const waiting = uniqueName('waiting');
let store: S3ObjectStore;

const list = (...args: string[]) => stage.json<readonly RunSummary[]>('runs', 'list', ...args);
const ids = async (...args: string[]) => (await list(...args)).map(({ runId }) => runId);

const start = (runId: string, fails = false) =>
  stage.env.client.workflow.start('pinterestDaily', {
    workflowId: runId,
    taskQueue: `${own}-orchestration`,
    args: [fails ? { posts: -1 } : { posts: 5 }],
  });

beforeAll(async () => {
  await (await start(good)).result();
  await (await start(bad, true)).result().catch(() => undefined);
  // On a queue of its own, where nobody takes it up.
  await stage.env.client.workflow.start('pinterestDaily', {
    workflowId: waiting,
    taskQueue: `${own}-nobody`,
    args: [],
  });
  await eventually('the runs in visibility, and the ends of two', async () => {
    const runs = await list();
    return runs.length === 3 && runs.filter(({ end }) => end !== null).length === 2;
  });
  store = createS3ObjectStore({ ...testSettings().s3, bucket: own });
});

afterAll(async () => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  await store.remove(keys);
  store.close();
});

describe('tw runs list', () => {
  test('names every run with its state, one that no worker has taken up first', async () => {
    const runs = await list();
    expect(runs.map(({ runId, state, runType }) => [runId, state, runType])).toEqual([
      [waiting, 'queued', null],
      [bad, 'failed', 'manual'],
      [good, 'success', 'manual'],
    ]);
    expect(runs.map(({ dagId }) => dagId)).toEqual(Array.from({ length: 3 }, () => 'pinterestDaily'));
    const table = (await run('runs', 'list')).out;
    expect(table).toMatch(new RegExp(`│ ${good} +│ pinterestDaily │ success │ manual │ 20`));
  });

  test('finds by state, DAG, logical date and number', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const { logicalDate } = await dateOf(good);
    expect(await ids('--state', 'queued')).toEqual([waiting]);
    expect(await ids('--state', 'running')).toEqual([]);
    expect(await ids('--state', 'success')).toEqual([good]);
    expect(await ids('--state', 'failed', '--dag-id', 'pinterestDaily')).toEqual([bad]);
    expect(await ids('--start-date', logicalDate, '--end-date', logicalDate)).toEqual([good]);
    expect(await ids('--end-date', '2020-01-01')).toEqual([]);
    expect(await ids('--start-date', today, '--limit', '1')).toHaveLength(1);
    expect((await run('runs', 'list', '--end-date', '2020-01-01')).out).toBe(
      'there is no run until 2020-01-01T00:00:00Z\n',
    );
  });

  test('takes one that is paused in the Temporal UI for what it was', async () => {
    const { client } = stage.env;
    const pause = { namespace: own, workflowId: waiting, identity: 'a test', reason: 'a test', requestId: waiting };
    await client.workflowService.pauseWorkflowExecution(pause);
    await eventually('it is paused in visibility', async () => {
      const { count } = await client.workflow.count('ExecutionStatus = "Paused"');
      return count === 1;
    });
    expect(await ids('--state', 'queued')).toEqual([waiting]);
    await client.workflowService.unpauseWorkflowExecution(pause);
    expect(await ids('--state', 'queued')).toEqual([waiting]);
  });

  test.each([
    [['--dag-id', 'nowhere'], 1, 'there is no DAG nowhere; there are: '],
    [['--state', 'done'], 78, 'Allowed choices are queued, running, success, failed'],
    [['--start-date', 'monday'], 78, 'write a date as 2026-03-01'],
    [['--limit', '0'], 78, 'use a whole number from 1'],
  ])('refuses %j in words', async (args, code, words) => {
    expect(await run('runs', 'list', ...args)).toMatchObject({ code, out: '', err: expect.stringContaining(words) });
  });
});

async function dateOf(runId: string): Promise<{ readonly logicalDate: string }> {
  return JSON.parse((await run('runs', 'show', runId, '--json')).out) as { readonly logicalDate: string };
}

test('a run that Temporal has forgotten is listed and told from the ledger', async () => {
  const gone = uniqueName('gone');
  const handle = await start(gone);
  await handle.result();
  const before = JSON.parse((await run('runs', 'show', gone, '--json')).out) as { readonly tasks: unknown };
  await stage.env.client.workflowService.deleteWorkflowExecution({
    namespace: own,
    workflowExecution: { workflowId: gone, runId: handle.firstExecutionRunId },
  });
  // Which takes the server half a minute, when it is not busy.
  const isForgotten = () =>
    handle.describe().then(
      () => false,
      () => true,
    );
  await eventually('Temporal has forgotten it', isForgotten, 150_000);
  expect(await ids('--state', 'success')).toEqual([gone, good]);
  const after = JSON.parse((await run('runs', 'show', gone, '--json')).out) as { readonly tasks: unknown };
  expect(after.tasks).toEqual(before.tasks);
  expect((await run('tasks', 'states', gone)).out).toMatch(/│ emulate +│ success │ 1 /);
}, 180_000);

describe('tw runs show and tw tasks states', () => {
  test('tell a run that is over and its tasks', async () => {
    const [shown, text, states] = await Promise.all([
      run('runs', 'show', good, '--json'),
      run('runs', 'show', good),
      run('tasks', 'states', good, '--json'),
    ]);
    const { tasks, state, dataInterval } = JSON.parse(shown.out) as RunSummary & {
      readonly tasks: readonly TaskStatus[];
      readonly dataInterval: { readonly start: string };
    };
    expect([state, shown.code, tasks.length]).toEqual(['success', 0, 14]);
    expect(dataInterval.start).toMatch(/T00:00:00Z$/);
    expect(JSON.parse(states.out)).toEqual(tasks);
    // They were epoch milliseconds beside the ISO times of the run.
    const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(tasks.find(({ taskId }) => taskId === 'emulate')).toMatchObject({ start: iso, end: iso });
    expect(text.out).toMatch(new RegExp(`^${good}\ndag +pinterestDaily\nstate +success\n`));
    expect(text.out).toMatch(/│ land\[geo\] +│ success │ 1 +│/);
  });

  test('say once that the ledger is away, and what is known without it', async () => {
    const away = { ...variables, TW_S3_ENDPOINT: 'http://127.0.0.1:1' };
    const { code, out, err } = await tw(away, ['runs', 'show', good, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ state: 'success', attempt: 1, attempts: 1 });
    expect((JSON.parse(out) as { readonly tasks: unknown }).tasks).toHaveLength(14);
    expect(err.match(/the ledger cannot be read/g)).toHaveLength(1);
  });

  test('say when no worker answers', async () => {
    const shown = await run('runs', 'show', waiting, '--json');
    const states = await run('tasks', 'states', waiting);
    expect(shown).toMatchObject({
      code: 0,
      err: expect.stringContaining(`no worker answered for run ${waiting} within 5 s`),
    });
    expect(JSON.parse(shown.out)).toMatchObject({ runId: waiting, state: 'queued', end: null, tasks: null });
    expect(states).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('so its tasks are not known: start one'),
    });
  });

  test.each([
    ['runs', 'show'],
    ['runs', 'cancel'],
    ['tasks', 'states'],
  ])('tw %s %s names the newest runs when there is no such run', async (verb, what) => {
    const { code, out, err } = await run(verb, what, 'nowhere');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^tw: there is no run nowhere; the newest are: /);
    expect(err).toContain(good);
  });
});

describe('tw runs cancel', () => {
  test('leaves a run that is over, and stops nothing in a dry run', async () => {
    expect(await run('runs', 'cancel', good)).toMatchObject({
      code: 1,
      err: `tw: run ${good} is over (success): there is nothing to cancel\n`,
    });
    const dry = await run('runs', 'cancel', waiting, '--dry-run');
    expect(dry).toMatchObject({ code: 0, out: `would stop ${waiting} of pinterestDaily, which is queued\n` });
    expect((await stage.env.client.workflow.getHandle(waiting).describe()).status.name).toBe('RUNNING');
  });

  test('stops a run', async () => {
    const runId = uniqueName('stopped');
    // A start in an hour: nothing of it has begun.
    const handle = await stage.env.client.workflow.start('pinterestDaily', {
      workflowId: runId,
      taskQueue: `${own}-orchestration`,
      args: [{ posts: 5 }],
      startDelay: '1 hour',
    });
    const { code, out } = await run('runs', 'cancel', runId, '--json');
    expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({ code: 0, runId, cancelled: true });
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    await eventually('the end in visibility', async () => (await ids('--state', 'failed')).includes(runId));
  });
});

describe('tw tasks log', () => {
  const line = (msg: string, tryNumber = 1) =>
    `${JSON.stringify({ level: 30, time: '2026-03-01T00:00:00.000Z', dag: 'pinterestDaily', runId: good, temporalRunId: 'x', task: 'emulate', mapIndex: -1, try: tryNumber, posts: 5, msg })}\n`;
  const put = (taskId: string, mapIndex: number, tryNumber: number, text: string) =>
    store.replace(tryLogKey({ dagId: 'pinterestDaily', runId: good, taskId, mapIndex, tryNumber }), Buffer.from(text));

  beforeAll(async () => {
    await put('emulate', -1, 1, line('the first try'));
    await put('emulate', -1, 2, `${line('begun', 2)}${line('posted', 2)}`);
    await put('land', 0, 1, line('landed pin'));
    await put('land', 2, 1, line('landed user'));
  });

  test('shows the last try for people, without what every line has, and raw with --json', async () => {
    const [text, raw, first, mapped] = await Promise.all([
      run('tasks', 'log', good, 'emulate'),
      run('tasks', 'log', good, 'emulate', '--json'),
      run('tasks', 'log', good, 'emulate', '--try-number', '1', '--json'),
      run('tasks', 'log', good, 'land', '--map-index', '2'),
    ]);
    for (const name of ['land[2]', 'land[user]'])
      expect(await run('tasks', 'log', good, name)).toMatchObject({ code: 0, out: mapped.out });
    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: begun {"posts":5}\n\[.*\] INFO: posted {"posts":5}\n$/);
    expect(raw.out).toBe(`${line('begun', 2)}${line('posted', 2)}`);
    expect(first.out).toBe(line('the first try'));
    expect(mapped.out).toContain('landed user');
  });

  test.each([
    [['nowhere', 'emulate'], 'the bucket has no logs of a run nowhere of '],
    [[good, 'clean'], 'has no log of a task clean; there are logs of: emulate, land'],
    [[good, 'land'], 'task land is mapped: give --map-index, one of 0, 2'],
    [[good, 'land[moon]'], 'has no land[moon]; there are land[pin], land[geo], land[user]'],
    [[good, 'land', '--map-index', '1'], 'has no log of map index 1; there are logs of: 0, 2'],
    [[good, 'emulate', '--try-number', '7'], 'has no log of try 7; there are logs of: 1, 2'],
  ])('says of %j what there is', async (args, words) => {
    const { code, out, err } = await run('tasks', 'log', ...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(words);
    expect(err).not.toMatch(/^ +at /m);
  });
});

test('tw dags show, graph and next need no server', async () => {
  const nowhere = { ...variables, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const dags = (...args: string[]) => tw(nowhere, ['dags', ...args]);
  const [shown, graph, next, missing, format] = await Promise.all([
    dags('show', 'pinterestDaily', '--json'),
    dags('graph', 'pinterestDaily'),
    dags('next', 'pinterestDaily', '-n', '2', '--json'),
    dags('show', 'nowhere'),
    dags('graph', 'pinterestDaily', '--format', 'svg'),
  ]);
  expect(JSON.parse(shown.out)).toMatchObject({
    id: 'pinterestDaily',
    timezone: 'UTC',
    maxActiveRuns: 1,
    standing: null,
  });
  expect(shown.err).toMatch(/^what is paused and what runs is not known: .*127\.0\.0\.1:1/);
  expect(graph.out).toMatch(/^pinterestDaily\n└─ emulate\n {3}└─ land \[3\]\n/);
  expect(JSON.parse(next.out)).toHaveLength(2);
  expect(missing).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^tw: there is no DAG nowhere; there are: .*\bpinterestDaily\b.*\n$/),
  });
  expect(format).toMatchObject({ code: 78, err: expect.stringContaining('Allowed choices are text, mermaid') });
});
