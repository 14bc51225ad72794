import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Connection } from '@temporalio/client';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { dailyActivities, type Play } from './fixtures/daily-activities.ts';
import { bundle, collectLogs, endOf, startHarness, type Harness } from './harness.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('daily');

/** By run id. */
const plays = new Map<string, Play>();

/** Activities that others wait for, and those that nobody does. */
const early = ['emulate', 'planLanding', 'landPartition', 'clean', 'answer'];
const leaves = ['report', 'verify'];

describe('pinterestDaily', () => {
  let env: TestWorkflowEnvironment;
  let harness: Harness;
  /** All at once, since a server's timers are no quicker than a second. */
  const runs = new Map<string | null, ReturnType<typeof run>>();

  beforeAll(async () => {
    collectLogs();
    const connection = await Connection.connect({ address });
    const [code] = await Promise.all([
      bundle('test/workflows/fixtures/quick-daily'),
      ensureNamespace(connection, { namespace, retentionDays: 7 }),
    ]);
    await connection.close();
    env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
    harness = await startHarness(env, { bundle: code, activities: dailyActivities((runId) => plays.get(runId)) });
    for (const fails of [null, ...early, ...leaves]) runs.set(fails, run(fails));
  });

  afterAll(async () => {
    await harness.stop();
    await env.teardown();
  });

  async function run(fails: string | null, params: object = {}) {
    const workflowId = uniqueName('daily');
    const play: Play = { fails, calls: [], report: undefined, verified: undefined };
    plays.set(workflowId, play);
    const taskQueue = `${harness.taskQueue}-orchestration`;
    const options = { workflowId, taskQueue, args: [{ posts: 7, ...params }] };
    const end = await endOf(await env.client.workflow.start('pinterestDaily', options));
    const handle = env.client.workflow.getHandle(workflowId);
    return { ...end, ...play, handle };
  }

  test('posts, lands every partition, cleans, answers, reports and verifies', async () => {
    const { result, calls, report } = (await runs.get(null))!;
    expect(result?.state).toBe('success');
    expect(calls.filter((call) => call.includes('landPartition'))).toHaveLength(9);
    expect(report).toMatchObject({
      emulated: { draw: { from: 0, to: 7 } },
      answers: { key: 'answers/x.json' },
      failure: null,
      landed: [{ table: 'pin' }, { table: 'geo' }, { table: 'user' }],
      cleaned: [{ table: 'pin' }, { table: 'geo' }, { table: 'user' }],
    });
  });

  test('asks what takes DuckDB, and with it its memory, of engine workers alone: io workers have sixteen slots', async () => {
    const { handle } = (await runs.get(null))!;
    const { events } = await handle.fetchHistory();
    const queues = new Map<string, Set<string>>();
    for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
      const queue = scheduled?.taskQueue?.name?.split('-').at(-1);
      if (queue === undefined) continue;
      queues.set(queue, (queues.get(queue) ?? new Set()).add(scheduled?.activityType?.name ?? ''));
    }
    expect([...(queues.get('engine') ?? [])].toSorted()).toEqual(['answer', 'clean', 'verify']);
    expect([...(queues.get('io') ?? [])].toSorted()).toEqual(['emulate', 'landPartition', 'planLanding', 'report']);
  });

  test.each(early)('fails when %s fails, and reports all the same', async (fails) => {
    const { result, type, message, report, calls } = (await runs.get(fails))!;
    expect([result?.state, type]).toEqual(['failed', 'DagRunFailed']);
    expect(message).toContain(`${fails} cannot`);
    expect(result?.tasks).toMatchObject({ report: 'success', verify: 'upstream_failed' });
    expect(report).toMatchObject({ answers: null, failure: `${fails} cannot` });
    expect(calls.some((call) => call.endsWith(`${fails} try 4`))).toBe(true);
  });

  test.each(leaves)('fails when %s fails', async (fails) => {
    const { result, message } = (await runs.get(fails))!;
    expect(result?.state).toBe('failed');
    expect(message).toBe(`failed: ${fails} (${fails} cannot)`);
  });

  test('has notebooks clean and answer as well where its params ask for them, and skips them else', async () => {
    const { result, report, verified, calls } = await run(null, { notebook: true });
    expect(result).toMatchObject({
      state: 'success',
      tasks: { cleanNotebook: ['success', 'success', 'success'], queryNotebook: 'success' },
    });
    expect(report).toMatchObject({
      answers: { key: 'answers/x.json' },
      cleaned: [{ version: 1 }, {}, {}],
      failure: null,
    });
    expect(verified).toMatchObject({
      answers: { key: 'answers/x.json' },
      notebookAnswers: { key: 'answers/spark/x.json' },
    });
    expect(calls.filter((call) => call.includes('startDatabricksRun'))).toHaveLength(4);
    const without = (await runs.get(null))!;
    expect(without.result?.tasks).toMatchObject({
      cleanNotebook: ['skipped', 'skipped', 'skipped'],
      queryNotebook: 'skipped',
    });
    expect(without.verified).toMatchObject({ cleaned: [{}, {}, {}], notebookAnswers: null });
  });

  test('leaves cleaning to notebooks alone, and reports what they found; the run fails when they do', async () => {
    const { result, report, verified, calls } = await run(null, { cleaning: 'databricks' });
    expect(result).toMatchObject({
      state: 'success',
      tasks: { clean: ['skipped', 'skipped', 'skipped'], answers: 'skipped' },
    });
    expect(report).toMatchObject({
      answers: { key: 'answers/spark/x.json' },
      cleaned: [{ version: 2 }, {}, {}],
      failure: null,
    });
    expect(verified).toMatchObject({ cleaned: [], answers: null, notebookAnswers: { key: 'answers/spark/x.json' } });
    expect(calls.some((call) => call.includes(' clean try'))).toBe(false);
    const failed = await run('findDatabricksEnd', { notebook: true });
    expect(failed.result).toMatchObject({ state: 'failed', tasks: { report: 'success', verify: 'upstream_failed' } });
    expect(failed.report).toMatchObject({ answers: { key: 'answers/x.json' }, failure: null });
  });
});
