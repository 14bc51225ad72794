import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { defineDag } from '../../dag/define-dag.ts';
import { cron, upcomingSlots } from '../../dag/timetable.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { reconcileSchedules, type ReconcileOptions } from '../../scripts/schedules/reconcile.ts';
import { planSchedule } from '../../scripts/schedules/schedule-plan.ts';
import { testSettings, uniqueName } from '../support/stack.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('schedules');
const hour = 3_600_000;

function dagOn(id: string, expression: string | null, options: { timezone?: string; catchup?: boolean } = {}) {
  const schedule = expression === null ? null : cron(expression, options);
  return defineDag(id, { schedule, catchup: options.catchup ?? false, params: z.object({}) }, ({ task }) => {
    task('only', { run: () => 1 });
  });
}

describe('the plan of a Schedule', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  test.each([
    ['@daily', 'UTC', false, 24 * hour],
    ['0 6 * * 1-5', 'UTC', false, 72 * hour],
    ['* * * * * */5', 'UTC', false, 10_000],
    ['@daily', 'UTC', true, 3_650 * 24 * hour],
  ])('%s in %s with catchup %s makes up for %s ms', (expression, timezone, catchup, window) => {
    const plan = planSchedule(dagOn('x', expression, { timezone, catchup }), 'queue', now);
    expect(plan).toMatchObject({ taskQueue: 'queue-orchestration', catchupWindow: window, overlap: 'ALLOW_ALL' });
  });

  test('names the moments one by one where no calendar is exact, and says until when', () => {
    const plan = planSchedule(dagOn('x', '30 1 * * *', { timezone: 'Europe/London' }), 'queue', now);
    expect(plan?.calendars).toHaveLength(200);
    const slots = upcomingSlots(cron('30 1 * * *', { timezone: 'Europe/London' }), now.getTime(), 200);
    expect(plan?.knownUntil?.getTime()).toBe(slots.at(-1));
  });

  test('is none without a timetable', () => {
    expect(planSchedule(dagOn('x', null), 'queue', now)).toBeUndefined();
  });
});

describe('reconciling Schedules', () => {
  let connection: Connection;
  let client: Client;

  beforeAll(async () => {
    connection = await Connection.connect({ address });
    await ensureNamespace(connection, { namespace, retentionDays: 1 });
    client = new Client({ connection, namespace });
  });

  afterAll(() => connection.close());

  const reconcile = (options: Partial<ReconcileOptions>) =>
    reconcileSchedules(client, {
      definitions: [],
      taskQueue: 'own',
      now: new Date(),
      apply: true,
      prune: false,
      ...options,
    });
  const actions = async (options: Partial<ReconcileOptions>) =>
    (await reconcile(options)).map(({ dagId, action }) => `${dagId} ${action}`);

  test('creates, keeps, updates without undoing a pause, and prunes when told', async () => {
    const daily = [dagOn('daily', '@daily')];
    expect(await actions({ definitions: daily, apply: false })).toEqual(['daily create']);
    expect(await actions({ definitions: daily })).toEqual(['daily create']);
    expect(await actions({ definitions: daily })).toEqual(['daily keep']);
    const handle = client.schedule.getHandle('daily');
    await handle.pause('looking into it');
    const changed = [dagOn('daily', '30 6 1 * 1', { catchup: true })];
    const [change] = await reconcile({ definitions: changed });
    expect(change).toMatchObject({ action: 'update', paused: true });
    expect(change?.reasons.join()).toContain('catch-up window (ms) is 86400000, should be 315360000000');
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'looking into it' });
    expect(await actions({ definitions: changed })).toEqual(['daily keep']);
    // The list is eventually consistent.
    while (!(await actions({ apply: false })).includes('daily orphan'))
      await new Promise((done) => setTimeout(done, 100));
    expect(await actions({})).toEqual(['daily orphan']);
    expect(await actions({ prune: true })).toEqual(['daily delete']);
    await expect(handle.describe()).rejects.toThrow('not found');
  });

  test('leaves alone what another installation made', async () => {
    const definitions = [dagOn('shared', '@hourly')];
    await reconcile({ definitions, taskQueue: 'theirs' });
    expect(await actions({ definitions, taskQueue: 'ours' })).toEqual(['shared foreign']);
    expect((await client.schedule.getHandle('shared').describe()).action.taskQueue).toBe('theirs-orchestration');
  });

  test.each([
    ['@daily', 'UTC'],
    ['0 6 * * 1-5', 'Europe/London'],
    ['0 9 1 * 1', 'UTC'],
    ['15 12 * * 5#3', 'Asia/Kolkata'],
    ['30 1 * * *', 'Europe/London'],
    ['@hourly', 'America/New_York'],
  ])('makes the server fire %s in %s at the slots of the timetable', async (expression, timezone) => {
    const id = uniqueName('slots').replaceAll('-', '_');
    const now = new Date();
    await reconcile({ definitions: [dagOn(id, expression, { timezone })], now });
    const { info } = await client.schedule.getHandle(id).describe();
    const slots = upcomingSlots(cron(expression, { timezone }), now.getTime(), info.nextActionTimes.length);
    expect(info.nextActionTimes.length).toBeGreaterThan(5);
    expect(info.nextActionTimes.map((at) => at.getTime())).toEqual(slots);
    await client.schedule.getHandle(id).delete();
  });
});
