import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { createBackfillPlans } from '../../../activities/s3/backfill-plans.ts';
import { backfillWorkflowId } from '../../../activities/temporal/port.ts';
import {
  backfillMemo,
  type BackfillOrder,
  type BackfillProgress,
  type BackfillStart,
} from '../../../dag/backfill-run.ts';
import { createBackfill, type BackfillWish } from '../../../scripts/backfills/create-backfill.ts';
import { openBackfills, type Backfills } from '../../../scripts/backfills/backfills.ts';
import { createRunReader } from '../../../scripts/runs/run-reader.ts';
import { defineDag } from '../../../dag/define-dag.ts';
import { cron, once as onceAt } from '../../../dag/timetable.ts';
import { catchUp } from '../../../scripts/schedules/catch-up.ts';
import { schedulesInStep, type ScheduleGround } from '../../../scripts/schedules/in-step.ts';
import { ensureNamespace } from '../../../scripts/namespace.ts';
import { statesQuery } from '../../../workflows/engine/queries.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { chained, daily } from '../fixtures/backfill-dags.ts';
import { attributesOf, bundle, collectLogs, endOf, startHarness, type Harness } from '../harness.ts';

const none = { none: () => Promise.resolve() };
/** The run of the day that is over then. */
const idOf = (date: string): string => `daily-${date}T00:00:00Z`;

describe('backfills, on a real server', () => {
  const own = uniqueName('backfill');
  const { address } = testSettings().temporal;
  let env: TestWorkflowEnvironment;
  let harness: Harness;
  let backfills: Backfills;
  let code: Awaited<ReturnType<typeof bundle>>;

  const startWorkers = async (): Promise<Harness> =>
    startHarness(env, { bundle: code, activities: { io: none, engine: none }, taskQueue: own, bucket: own });

  beforeAll(async () => {
    collectLogs();
    const first = await TestWorkflowEnvironment.createFromExistingServer({ address });
    await ensureNamespace(first.connection, { namespace: own, retentionDays: 1 });
    await first.teardown();
    env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: own });
    code = await bundle('test/workflows/fixtures/backfill-dags');
    harness = await startWorkers();
    backfills = openBackfills(env.client, own);
  });

  afterAll(async () => {
    await harness.stop();
    await env.teardown();
  });

  function ground(): ScheduleGround {
    const { client, ledger, store } = harness;
    const reader = createRunReader({ client, ledger, dagIds: ['chained', 'daily'], warn: () => undefined });
    return { client, ledger, reader, store, settings: { taskQueue: own, databricks: undefined } };
  }

  type Range = Partial<BackfillWish> & { readonly from: string; readonly to: string };

  async function create(request: Range) {
    const { order, isCreated } = await plan(request, false);
    expect(isCreated).toBe(true);
    return order;
  }

  async function plan(request: Range, isTrial: boolean) {
    const { from, to, ...more } = request;
    const wish = {
      fromDate: new Date(`${from}T00:00:00Z`),
      toDate: new Date(`${to}T00:00:00Z`),
      maxActiveRuns: 2,
      reprocessBehavior: 'none',
      runBackwards: false,
      conf: {},
      ...more,
    } as const;
    return createBackfill(ground(), daily.definition, wish, isTrial);
  }

  const runOf = (date: string): WorkflowHandle => env.client.workflow.getHandle(idOf(date));
  const progressOf = async ({ backfillId }: BackfillOrder): Promise<BackfillProgress | null | undefined> =>
    (await backfills.find(backfillId))?.progress;
  const activeAre = (order: BackfillOrder, ...dates: string[]) =>
    eventually(`${dates.join()} are active`, async () => {
      const now = await progressOf(order);
      if (now?.active.join() !== dates.map(idOf).join()) return false;
      return (await Promise.all(dates.map((date) => isWaiting(runOf(date))))).every(Boolean);
    });
  const isWaiting = async (run: WorkflowHandle): Promise<boolean> =>
    run.query(statesQuery).then(
      ({ tasks }) => tasks.some(({ state }) => state === 'deferred'),
      () => false,
    );
  const over = (order: BackfillOrder) =>
    eventually('the backfill is over', async () => (await backfills.find(order.backfillId))?.end !== null);

  test('runs slots in order, so many at a time, past workers that die, beside the schedule', async () => {
    // A run of the schedule, which is there already.
    const scheduled = await env.client.workflow.start('daily', {
      workflowId: idOf('2026-01-03'),
      taskQueue: `${own}-orchestration`,
      memo: {
        tradewindSlot: {
          runType: 'scheduled',
          dataInterval: { start: '2026-01-02T00:00:00.000Z', end: '2026-01-03T00:00:00.000Z' },
        },
      },
    });
    expect((await endOf(scheduled)).result?.state).toBe('success');
    await eventually(
      'it is in visibility',
      async () => (await env.client.workflow.count('WorkflowType="daily"')).count === 1,
    );
    const order = await create({ from: '2026-01-01', to: '2026-01-05', conf: { wait: true } });
    expect(order).toMatchObject({ slots: 4, left: 1 });
    await activeAre(order, '2026-01-02', '2026-01-04');
    expect(await attributesOf(runOf('2026-01-02'))).toEqual({
      dag: 'daily',
      logicalDate: '2026-01-01T00:00:00Z',
      runType: 'backfill',
      runState: 'running',
    });
    expect(await runOf('2026-01-04').query(statesQuery)).toMatchObject({
      dataInterval: { start: '2026-01-03T00:00:00Z', end: '2026-01-04T00:00:00Z' },
    });
    // Another one of the DAG is refused while this one is open.
    expect(await backfills.start({ ...order, backfillId: 'another' })).toBe(false);
    await harness.stop();
    await runOf('2026-01-02').signal('open', 'bad');
    await runOf('2026-01-04').terminate('enough');
    harness = await startWorkers();
    await activeAre(order, '2026-01-05', '2026-01-06');
    expect(await progressOf(order)).toMatchObject({ state: 'running', failed: 2, success: 0, toGo: 0, left: 1 });
    for (const date of ['2026-01-05', '2026-01-06']) await runOf(date).signal('open', 'good');
    await over(order);
    expect(await progressOf(order)).toMatchObject({ state: 'completed', failed: 2, success: 2, toGo: 0, left: 1 });
  });

  test('runs again what failed, with what it was given, as a run of the backfill', async () => {
    const order = await create({
      from: '2026-01-01',
      to: '2026-01-05',
      reprocessBehavior: 'failed',
      runBackwards: true,
    });
    expect(order).toMatchObject({ slots: 2, again: 1, left: 3 });
    // The one that was terminated left no record, so that it runs whole and with the new params; the other one waits as it did.
    await activeAre(order, '2026-01-02');
    expect(await progressOf(order)).toMatchObject({ success: 1, active: [idOf('2026-01-02')] });
    await runOf('2026-01-02').signal('open', 'good');
    await over(order);
    expect(await progressOf(order)).toMatchObject({ state: 'completed', success: 2, failed: 0, left: 3 });
    const record = await harness.ledger.read({ dagId: 'daily', runId: idOf('2026-01-02') });
    expect(record).toMatchObject({ attempt: 2, runType: 'backfill', state: 'success', input: { wait: true } });
  });

  test('goes on where it is unpaused by workers that do not know it yet', async () => {
    const order = await create({ from: '2026-03-01', to: '2026-03-04', conf: { wait: true } });
    await activeAre(order, '2026-03-02', '2026-03-03');
    await backfills.setPaused(order, true);
    // It has nothing to do then, one time after the other.
    for (const [at, date] of ['2026-03-02', '2026-03-03'].entries()) {
      await runOf(date).signal('open', 'good');
      await eventually('it knows', async () => (await progressOf(order))?.success === at + 1);
    }
    for (const date of ['2026-03-04', '2026-03-05']) {
      await harness.stop();
      harness = await startWorkers();
      await backfills.setPaused(order, date === '2026-03-05');
      if (date === '2026-03-04') await activeAre(order, '2026-03-04', '2026-03-05');
    }
    await harness.stop();
    harness = await startWorkers();
    for (const date of ['2026-03-04', '2026-03-05']) await runOf(date).signal('open', 'good');
    await over(order);
    expect(await progressOf(order)).toMatchObject({ state: 'completed', success: 4, failed: 0 });
  });

  test('pauses, goes on, and when it is cancelled leaves what runs and stops what waits for its turn', async () => {
    const order = await create({ from: '2026-02-01', to: '2026-02-09', conf: { wait: true } });
    await activeAre(order, '2026-02-02', '2026-02-03');
    await backfills.setPaused(order, true);
    await runOf('2026-02-02').signal('open', 'good');
    await activeAre(order, '2026-02-03');
    expect(await progressOf(order)).toMatchObject({ state: 'paused', success: 1, toGo: 7 });
    await harness.control.setPaused('daily', true, 'a test');
    await backfills.setPaused(order, false);
    await eventually('the next one waits for its turn', async () => {
      const queued = (await harness.control.status('daily'))?.queued;
      return queued?.join() === idOf('2026-02-04');
    });
    await backfills.cancel(order);
    await over(order);
    expect(await progressOf(order)).toMatchObject({
      state: 'cancelled',
      success: 1,
      failed: 1,
      active: [idOf('2026-02-03')],
      toGo: 6,
    });
    expect(await endOf(runOf('2026-02-04'))).toMatchObject({ type: 'CancelledFailure' });
    await harness.control.setPaused('daily', false, 'a test');
    await runOf('2026-02-03').signal('open', 'good');
    expect((await endOf(runOf('2026-02-03'))).result?.state).toBe('success');
    // What it left has ended without it; it was told as active for ever.
    expect(await progressOf(order)).toMatchObject({ state: 'cancelled', success: 2, failed: 1, active: [], toGo: 6 });
    expect((await backfills.list('daily')).map(({ state }) => state)).toEqual([
      'cancelled',
      'completed',
      'completed',
      'completed',
    ]);
  });

  test('catches up with what a new Schedule has missed, and with nothing when it is applied again', async () => {
    const startDate = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const [schedule, params] = [cron('@daily'), daily.definition.params];
    const definition = defineDag('daily', { schedule, params, startDate, catchup: true }, ({ task }) => {
      // Which a backfill of somebody's is refused for, unless it runs some again.
      task('only', { dependsOnPast: true, run: () => 1 });
    });
    const apply = async () => (await schedulesInStep(ground(), [definition], { apply: true, prune: false }))[0];
    const first = await apply();
    expect(first).toMatchObject({
      action: 'create',
      reasons: [expect.anything(), expect.stringMatching(/^catches up with 3 slots by /)],
    });
    expect(await apply()).toMatchObject({ action: 'keep', reasons: [] });
    const schedules = env.client.schedule.getHandle('daily');
    await schedules.delete();
    await eventually('it is over', async () => (await backfills.find('daily'))?.end !== null);
    expect((await backfills.find('daily'))?.progress).toMatchObject({ success: 3, maxActiveRuns: 16 });
    // Made anew it finds all of them run.
    expect(await apply()).toMatchObject({ action: 'create', reasons: ['there is no Schedule yet'] });
    await schedules.delete();
    const once = defineDag('daily', { schedule: onceAt(), params, startDate }, ({ task }) => {
      task('only', { run: () => 1 });
    });
    const runId = `daily-${startDate}T00:00:00Z`;
    expect(await catchUp(ground(), once, new Date())).toBe(`started ${runId}, its one run`);
    const run = env.client.workflow.getHandle(runId);
    expect((await endOf(run)).result?.state).toBe('success');
    expect(await attributesOf(run)).toMatchObject({ runType: 'scheduled', logicalDate: `${startDate}T00:00:00Z` });
    expect(await catchUp(ground(), once, new Date())).toBeUndefined();
  });

  test('catches up in order where each run waits for the one before', async () => {
    const [change] = await schedulesInStep(ground(), [chained.definition], { apply: true, prune: false });
    expect(change).toMatchObject({
      action: 'create',
      reasons: [expect.anything(), expect.stringMatching(/^catches up with 3 slots by /)],
    });
    await eventually('it is over', async () => (await backfills.find('chained'))?.end !== null);
    expect((await backfills.find('chained'))?.progress).toMatchObject({ success: 3, failed: 0, maxActiveRuns: 1_000 });
    const records = await Promise.all(
      ['02', '03', '04'].map((day) =>
        harness.ledger.read({ dagId: 'chained', runId: `chained-2026-01-${day}T00:00:00Z` }),
      ),
    );
    const tries = records.flatMap((record) => record?.tasks.flatMap((task) => task.tries) ?? []);
    const times = tries.flatMap(({ start, end }) => [start, end ?? 0]);
    expect(times).toHaveLength(6);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    await env.client.schedule.getHandle('chained').delete();
  });

  test('brings slots through from page to page and from history to history', async () => {
    // 520 slots take minutes, and all are alike: it is taken up where 60 are left, of which the last 20 are on the second page.
    const { order, rows } = await plan({ from: '2020-01-01', to: '2021-06-03', maxActiveRuns: 3 }, true);
    expect(order.slots).toBe(520);
    const slots = rows.map(({ runId, start, end }) => ({ runId, start, end }));
    await createBackfillPlans(harness.store).write(order, slots);
    const first = await env.client.workflow.start('backfill', {
      workflowId: backfillWorkflowId('daily', own),
      taskQueue: `${own}-control`,
      args: [{ order, taken: 460 } satisfies BackfillStart],
      memo: { [backfillMemo]: order },
    });
    const history = () => env.client.workflow.getHandle(first.workflowId).describe();
    // Words that change nothing make its history long in the midst of its slots.
    await backfills.setPaused(order, true);
    while ((await history()).historyLength < 500) {
      await Promise.all(Array.from({ length: 10 }, () => backfills.setPaused(order, true)));
    }
    await backfills.setPaused(order, false);
    await eventually('it goes on in a new history', async () => (await history()).runId !== first.firstExecutionRunId);
    expect((await progressOf(order))?.toGo).toBeGreaterThan(0);
    await eventually('it is over', async () => (await backfills.find('daily'))?.end !== null, 120_000);
    expect(await progressOf(order)).toMatchObject({ state: 'completed', success: 60, failed: 0, toGo: 0, active: [] });
    expect((await endOf(env.client.workflow.getHandle(slots[519]?.runId ?? ''))).result?.state).toBe('success');
  }, 150_000);
});
