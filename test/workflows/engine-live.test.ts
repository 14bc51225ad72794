import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowHandle } from '@temporalio/client';
import { Connection } from '@temporalio/client';
import type { WorkflowBundle } from '@temporalio/worker';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { reconcileSchedules } from '../../scripts/schedules/reconcile.ts';
import { eventually } from '../support/own-state.ts';
import { patientQueries } from '../support/patient-queries.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import type { RunGraph, RunStatus, TaskAddress } from '../../workflows/engine/queries.ts';
import { searchAttributeKeys } from '../../workflows/engine/search-attributes.ts';
import type { TryRecord } from '../../workflows/engine/task-record.ts';
import { ticking } from './fixtures/fixture-dags.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { attributesOf, bundle, collectLogs, endOf, logged, startHarness, taskOf, type Harness } from './harness.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('engine');

describe('the engine, on a real server', () => {
  let env: TestWorkflowEnvironment;
  let harness: Harness;
  let code: WorkflowBundle;

  beforeAll(async () => {
    collectLogs();
    const connection = await Connection.connect({ address });
    const [bundled, changes] = await Promise.all([
      bundle('test/workflows/fixtures/fixture-dags'),
      ensureNamespace(connection, { namespace, retentionDays: 7 }),
    ]);
    code = bundled;
    expect(changes).toMatchObject({ created: true, retention: null });
    expect(changes.searchAttributes).toHaveLength(4);
    const again = await ensureNamespace(connection, { namespace, retentionDays: 8 });
    expect(again).toEqual({ created: false, retention: { from: 7, to: 8 }, searchAttributes: [] });
    await connection.close();
    env = await TestWorkflowEnvironment.createFromExistingServer({
      address,
      namespace,
      client: { interceptors: { workflow: [patientQueries] } },
    });
    const io = fixtureActivities();
    harness = await startHarness(env, { bundle: code, activities: { io, engine: io } });
  });

  test('hands on what is too large for a result, in object storage', async () => {
    const handle = await harness.start('handingOn');
    const { result } = await endOf(handle);
    expect(result?.tasks).toEqual({ text: 'success', length: 'success', strange: 'failed' });
    await expect(handle.query('result', { taskId: 'length' })).resolves.toBe(3_000_000);
    await expect(handle.query('result', { taskId: 'text' })).resolves.toMatchObject({
      storedAt: expect.stringMatching(new RegExp(`^runs/handingOn/${handle.workflowId}/values/[0-9a-f]{64}\\.json$`)),
      bytes: 3_000_002,
    });
    expect((await taskOf(handle, 'strange')).error?.message).toContain('thing.json is no key of a stored value');
    expect((await handle.describe()).historySize).toBeLessThan(30_000);
  });

  afterAll(async () => {
    await harness.stop();
    await env.teardown();
  });

  const states = (handle: WorkflowHandle) => handle.query<RunStatus>('states');

  test.each([
    ['nothing', []],
    ['{}', [{}]],
    ['null', [null]],
  ])('starts with %s, by the defaults', async (_, args) => {
    const handle = await harness.start('told', ...args);
    const { startTime } = await handle.describe();
    await handle.result();
    const midnight = startTime.toISOString().slice(0, 10);
    const yesterday = new Date(Date.parse(midnight) - 86_400_000).toISOString().slice(0, 10);
    const context = await handle.query<Record<string, unknown>, [TaskAddress]>('result', { taskId: 'context' });
    expect(context).toMatchObject({
      params: { greeting: 'hello', count: 1 },
      runType: 'manual',
      start: `${yesterday}T00:00:00.000Z`,
      end: `${midnight}T00:00:00.000Z`,
      runId: handle.workflowId,
      dagId: 'told',
    });
    expect(Math.abs(Date.parse(String(context['logicalDate'])) - startTime.getTime())).toBeLessThan(1_000);
  });

  test('knows its slot when a Schedule starts it', async () => {
    const now = new Date();
    const { definition } = ticking;
    const order = {
      definitions: [definition],
      taskQueue: harness.taskQueue,
      now,
      apply: true,
      prune: false,
    };
    expect(await reconcileSchedules(env.client, order)).toMatchObject([{ action: 'create' }]);
    const schedule = env.client.schedule.getHandle('ticking');
    const firstRun = async () => (await schedule.describe()).info.recentActions[0]?.action.workflow.workflowId;
    await eventually('a run of the Schedule', async () => (await firstRun()) !== undefined);
    const id = (await firstRun()) ?? '';
    await schedule.delete();
    const handle = env.client.workflow.getHandle(id);
    await handle.result();
    const slot = Date.parse(id.replace('ticking-', ''));
    const start = new Date(slot - 2_000).toISOString().replace('.000Z', 'Z');
    const end = new Date(slot).toISOString().replace('.000Z', 'Z');
    expect(await states(handle)).toMatchObject({
      runType: 'scheduled',
      logicalDate: start,
      dataInterval: { start, end },
    });
  });

  test('fails at once on params that are not right, with the whole list', async () => {
    const handle = await harness.start('told', { count: 0, gretting: 'hi' });
    const { type, message } = await endOf(handle);
    expect(type).toBe('InvalidParams');
    expect(message).toContain('told has no param gretting; it has greeting, count');
    expect(message).toContain('count: Too small');
    expect(await attributesOf(handle)).toMatchObject({ dag: 'told', runState: 'failed' });
    expect((await states(handle)).state).toBe('failed');
  });

  test('is about the logical date that it is given, and fails at once on one that is none', async () => {
    const given = async (logicalDate: string) => {
      const handle = await env.client.workflow.start('told', {
        workflowId: uniqueName('told'),
        taskQueue: `${harness.taskQueue}-orchestration`,
        typedSearchAttributes: [{ key: searchAttributeKeys.logicalDate, value: logicalDate }],
      });
      return { end: await endOf(handle), about: await states(handle) };
    };
    expect((await given('2026-03-05T06:00:00Z')).about).toMatchObject({
      runType: 'manual',
      logicalDate: '2026-03-05T06:00:00Z',
      dataInterval: { start: '2026-03-04T00:00:00Z', end: '2026-03-05T00:00:00Z' },
    });
    const { end } = await given('2026-02-30 or so');
    expect(end.type).toBe('InvalidParams');
    expect(end.message).toContain("TradewindLogicalDate is '2026-02-30 or so', which is no logical date");
  });

  test('tells activities their place, and marks every log line with it', async () => {
    const handle = await harness.start('told');
    await handle.result();
    expect(await handle.query('result', { taskId: 'place', mapIndex: 1 })).toEqual({
      dagId: 'told',
      runId: handle.workflowId,
      taskId: 'place',
      mapIndex: 1,
      tryNumber: 1,
      attempt: 1,
      item: 'y',
    });
    const place = { dag: 'told', run: handle.workflowId, task: 'place', mapIndex: 1, try: 1, item: 'y' };
    const own = () => logged.filter(({ meta }) => meta?.['run'] === handle.workflowId && meta['item'] === 'y');
    // The SDK hands lines on in batches.
    while (own().length < 2) await new Promise((done) => setTimeout(done, 50));
    const lines = own().toSorted((a, b) => Number(a.timestampNanos - b.timestampNanos));
    expect(lines.map(({ message, meta }) => [message, meta])).toEqual([
      ['in a task', expect.objectContaining(place)],
      ['in an activity', expect.objectContaining({ ...place, attempt: 1 })],
    ]);
  });

  test('can be looked at while it runs: states, graph, details, search attributes, summaries', async () => {
    const handle = await harness.start('paused');
    while ((await taskOf(handle, 'wait')).state !== 'running') await new Promise((done) => setTimeout(done, 20));
    const { state, tasks } = await states(handle);
    expect(state).toBe('running');
    expect(tasks.map((task) => [task.label, task.state, task.tryNumber])).toEqual([
      ['first', 'success', 1],
      ['wait', 'running', 1],
      ['last', 'none', 0],
    ]);
    const graph = await handle.query<RunGraph>('graph');
    expect(graph.tasks.map(({ id, upstream }) => [id, upstream])).toEqual([
      ['first', []],
      ['wait', ['first']],
      ['last', ['wait']],
    ]);
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('| wait | ▶ running | 1 |');
    expect(await attributesOf(handle)).toMatchObject({ dag: 'paused', runType: 'manual', runState: 'running' });
    await handle.signal('release');
    await handle.result();
    const { events } = await handle.fetchHistory();
    const summaries = (events ?? []).flatMap((event) =>
      event.activityTaskScheduledEventAttributes
        ? [Buffer.from(event.userMetadata?.summary?.data ?? []).toString()]
        : [],
    );
    expect(summaries).toEqual(['"first"', '"last"']);
    expect(await attributesOf(handle)).toMatchObject({ runState: 'success' });
  });

  test('cancels a try that takes longer than its executionTimeout, and tries again', async () => {
    const handle = await harness.start('hanging');
    const { result, message } = await endOf(handle);
    expect(result?.tasks).toEqual({ stuck: 'failed', never: 'upstream_failed' });
    expect(message).toContain('executionTimeout of 1.0 s');
    const tries = await handle.query<readonly TryRecord[], [{ taskId: string }]>('tries', { taskId: 'stuck' });
    expect(tries.map(({ error }) => error?.type)).toEqual(['TaskTimeout', 'TaskTimeout']);
  });

  test('begins no try while an activity of the one before still runs', async () => {
    const handle = await harness.start('sideBySide');
    expect((await endOf(handle)).result?.state).toBe('success');
    const { events } = await handle.fetchHistory();
    const order = (events ?? []).flatMap((event) => {
      if (event.activityTaskScheduledEventAttributes) return ['begun'];
      if (event.activityTaskFailedEventAttributes) return ['failed'];
      if (event.activityTaskCanceledEventAttributes) return ['cancelled'];
      return [];
    });
    expect(order).toEqual(['begun', 'begun', 'failed', 'cancelled', 'begun', 'begun']);
  });

  test('closes over no activity and no timer of its own', async () => {
    const handle = await harness.start('hasty');
    await handle.result();
    expect(await handle.query('result', { taskId: 'hurry' })).toBe('early');
    const { events } = await handle.fetchHistory();
    expect(events?.filter((event) => event.activityTaskCompletedEventAttributes)).toHaveLength(1);
    expect(events?.filter((event) => event.timerCanceledEventAttributes)).toHaveLength(1);
  });

  test('spreads inputs that are too large together for one message', async () => {
    const handle = await harness.start('heavyMap');
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await handle.query('result', { taskId: 'send', mapIndex: 11 })).toBe(400_011);
  });

  test('leaves no try in wait when its run is cancelled', async () => {
    const handle = await harness.start('waiting');
    while ((await taskOf(handle, 'retried')).state !== 'up_for_retry')
      await new Promise((done) => setTimeout(done, 20));
    await handle.cancel();
    await endOf(handle);
    const [only] = await handle.query<readonly TryRecord[], [{ taskId: string }]>('tries', { taskId: 'retried' });
    expect(only?.state).toBe('failed');
  });

  test('cancels what runs and waits for it, runs nothing more, and closes as cancelled', async () => {
    const handle = await harness.start('endless');
    while ((await taskOf(handle, 'stuck[b]')).state !== 'running') await new Promise((done) => setTimeout(done, 20));
    await handle.cancel();
    expect((await endOf(handle)).type).toBe('CancelledFailure');
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(await attributesOf(handle)).toMatchObject({ runState: 'failed' });
    const { tasks } = await states(handle);
    expect(tasks.map((task) => task.state)).toEqual(['failed', 'failed', 'skipped', 'skipped']);
    const { events } = await handle.fetchHistory();
    expect(events?.filter((event) => event.activityTaskCanceledEventAttributes)).toHaveLength(2);
  });

  test('loses an attempt and no try when its worker drains for longer than the grace time', async () => {
    const io = fixtureActivities();
    const leaving = await startHarness(env, { bundle: code, activities: { io, engine: io } });
    const handle = await leaving.start('interrupted');
    // Of an activity that nobody has begun yet, no attempt would be lost.
    await eventually('the activity has begun', async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.[0]?.lastStartedTime != null;
    });
    const { taskQueue } = leaving;
    await leaving.stop();
    const next = await startHarness(env, { bundle: code, activities: { io, engine: io }, taskQueue });
    await handle.result();
    expect(await handle.query('result', { taskId: 'work' })).toBe(2);
    expect((await taskOf(handle, 'work')).tryNumber).toBe(1);
    await next.stop();
  });

  test('costs no workflow task more than each step needs', async () => {
    const handle = await harness.start('chain');
    await handle.result();
    const { events = [] } = await handle.fetchHistory();
    const count = (key: 'workflowTaskCompletedEventAttributes' | 'upsertWorkflowSearchAttributesEventAttributes') =>
      events?.filter((event) => event[key]).length;
    expect(count('workflowTaskCompletedEventAttributes')).toBe(41);
    expect(count('upsertWorkflowSearchAttributesEventAttributes')).toBe(2);
  });
});
