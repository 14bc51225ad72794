import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { defineDag } from '../../dag/define-dag.ts';
import { continuous, cron, customTimetable, delta, events, upcomingRuns } from '../../dag/timetable.ts';
import { restrictionOf } from '../../dag/run-identity.ts';
import { controllerId } from '../../activities/temporal/port.ts';
import { controlOf } from '../../scripts/dag-control.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { changeLine, failIfSomeFailed } from '../../scripts/schedules/change-line.ts';
import { reconcileSchedules, type ReconcileOptions } from '../../scripts/schedules/reconcile.ts';
import { planSchedule } from '../../scripts/schedules/schedule-plan.ts';
import { upcomingSlots } from '../dag/upcoming-slots.ts';
import { eventually } from '../support/own-state.ts';
import { testSettings, uniqueName } from '../support/stack.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('schedules');
const hour = 3_600_000;

function dagOn(id: string, expression: string | null, options: { timezone?: string; catchup?: boolean } = {}) {
  const schedule = expression === null ? null : cron(expression, options);
  const catchup = options.catchup === true ? { catchup: true, startDate: '2026-01-01' } : {};
  return defineDag(id, { schedule, ...catchup, params: z.object({}) }, ({ task }) => {
    task('only', { run: () => 1 });
  });
}

/** A timetable that has come to fail since its DAG was defined. */
const broken = customTimetable('on working days', () => {
  throw new Error('no holidays are known');
});

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
    // The newest slot is overdue: a Schedule begins with the one after.
    expect(plan?.calendars).toHaveLength(199);
    const slots = upcomingSlots(cron('30 1 * * *', { timezone: 'Europe/London' }), now.getTime(), 199);
    expect(plan?.knownUntil?.getTime()).toBe(slots.at(-1));
  });

  test('of a DAG with catchup knows the moments to come, however long ago it began', () => {
    const schedule = cron('30 1 * * *', { timezone: 'Europe/London' });
    const definition = defineDag('x', { schedule, catchup: true, startDate: '2020-01-01' }, ({ task }) => {
      task('only', { run: () => 1 });
    });
    const plan = planSchedule(definition, 'queue', now);
    expect(plan?.calendars).toHaveLength(200);
    expect(plan?.knownUntil?.getTime()).toBe(upcomingSlots(schedule, now.getTime(), 200).at(-1));
  });

  test.each([
    [
      'a cron between two dates',
      cron('@daily'),
      { startAt: '2026-03-02T00:00:00.000Z', endAt: '2026-07-01T00:00:00.000Z' },
    ],
    [
      'a delta between two dates',
      delta({ hours: 6 }),
      {
        intervals: [{ every: 6 * hour, offset: 0 }],
        startAt: '2026-03-01T06:00:00.000Z',
        endAt: '2026-06-30T06:00:00.000Z',
      },
    ],
    ['listed events', events(['2026-11-20', '2026-11-23', '2026-11-24']), { calendars: 2, knownUntil: null }],
  ] as const)('begins and ends with %s', (_, schedule, expected) => {
    const dates = { startDate: '2026-03-01', endDate: '2026-06-30' };
    const bounds = schedule.kind === 'events' ? {} : dates;
    const definition = defineDag('bounded', { schedule, ...bounds }, ({ task }) => {
      task('only', { run: () => 1 });
    });
    const plan = planSchedule(definition, 'queue', now);
    const told = JSON.parse(JSON.stringify(plan)) as Record<string, unknown>;
    expect({ ...told, calendars: plan?.calendars.length }).toMatchObject(expected);
  });

  test('is none for runs without a pause, which a controller starts', () => {
    const definition = defineDag('busy', { schedule: continuous() }, ({ task }) => {
      task('only', { run: () => 1 });
    });
    expect(planSchedule(definition, 'queue', now)).toBeUndefined();
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

  test('makes the Schedule of a DAG that is paused upon creation paused, with no worker to ask, and only the first one', async () => {
    const find = async (apply: boolean, id = 'shy') => {
      const definition = defineDag(id, { schedule: cron('@daily'), isPausedUponCreation: true }, ({ task }) => {
        task('only', { run: () => 1 });
      });
      return (await reconcile({ definitions: [definition], apply })).find(({ dagId }) => dagId === id);
    };
    expect(await find(false)).toMatchObject({ action: 'create', paused: true });
    const control = controlOf(client, 'own');
    expect(await control.pauseOf('shy')).toBeUndefined();
    expect(await find(true)).toMatchObject({ action: 'create', paused: true });
    const handle = client.schedule.getHandle('shy');
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'isPausedUponCreation' });
    expect(await control.pauseOf('shy')).toEqual({ paused: true, note: 'isPausedUponCreation' });
    await handle.delete();
    // Nor is it forgotten with its controller.
    await client.workflow.getHandle(controllerId('shy', 'own')).terminate();
    expect(await find(true)).toMatchObject({ action: 'create', paused: true });
    await handle.delete();
    await control.open('bold', { paused: false, note: 'by hand' });
    expect(await find(true, 'bold')).toMatchObject({ action: 'create', paused: false });
    await client.workflow.getHandle(controllerId('bold', 'own')).terminate();
    await client.schedule.getHandle('bold').delete();
  });

  test('keeps bounds and intervals as they are planned, and fires as the timetable says', async () => {
    const schedule = delta({ minutes: 90 });
    const definition = defineDag(
      'everySoOften',
      { schedule, startDate: '2026-01-01', endDate: '2099-01-01' },
      ({ task }) => {
        task('only', { run: () => 1 });
      },
    );
    // Of this one alone: the list that orphans are found by may still have what was deleted a moment ago.
    const action = async () => (await actions({ definitions: [definition] })).find((one) => one.startsWith('every'));
    expect(await action()).toBe('everySoOften create');
    expect(await action()).toBe('everySoOften keep');
    const handle = client.schedule.getHandle('everySoOften');
    const { nextActionTimes } = (await handle.describe()).info;
    const planned = upcomingRuns(schedule, null, restrictionOf(definition), Date.now(), 12);
    const due = planned
      .map(({ runAfter }) => runAfter)
      .filter((moment) => moment >= (nextActionTimes[0]?.getTime() ?? 0));
    expect(nextActionTimes.slice(0, 5).map((moment) => moment.getTime())).toEqual(due.slice(0, 5));
    await handle.delete();
  });

  test('leaves alone what another installation made', async () => {
    const definitions = [dagOn('shared', '@hourly')];
    await reconcile({ definitions, taskQueue: 'theirs' });
    expect(await actions({ definitions, taskQueue: 'ours' })).toEqual(['shared foreign']);
    expect((await client.schedule.getHandle('shared').describe()).action.taskQueue).toBe('theirs-orchestration');
  });

  test.each([
    [
      'that has ended',
      { spec: { endAt: new Date('2026-01-01') } },
      'last moment is 2026-01-01T00:00:00.000Z, should be none',
    ],
    ['that begins later', { spec: { startAt: new Date('2099-01-01') } }, 'first moment is 2099-01-01T00:00:00.000Z'],
    ['with jitter', { spec: { jitter: '1 hour' } }, 'jitter (ms) is 3600000, should be 0'],
    [
      'that skips days',
      { spec: { skip: [{ dayOfWeek: 'SUNDAY' }] } },
      'it skips other moments of its calendars than it should',
    ],
    ['that pauses by itself', { policies: { pauseOnFailure: true } }, 'pause on failure is true, should be false'],
    [
      'that has no runs left',
      { state: { remainingActions: 0 } },
      'runs that it may still start is 0, should be any number',
    ],
    ['whose runs are ended early', { action: { workflowRunTimeout: '1 hour' } }, 'run timeout (ms) is 3600000'],
    ['whose runs are repeated', { action: { retry: { maximumAttempts: 5 } } }, 'it starts a failed run again'],
    ['with another summary', { action: { staticSummary: 'old words' } }, 'summary is old words, should be '],
  ] as const)('sees a Schedule %s, which loses slots in silence, and mends it', async (_, change, reason) => {
    const id = uniqueName('altered').replaceAll('-', '_');
    const definitions = [dagOn(id, '@hourly')];
    await reconcile({ definitions });
    const handle = client.schedule.getHandle(id);
    await handle.update((before) => {
      const part = (name: 'spec' | 'action' | 'policies' | 'state') =>
        Object.assign({}, before[name], (change as Record<string, object>)[name]);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every part is the description's, with a field more
      return { spec: part('spec'), action: part('action'), policies: part('policies'), state: part('state') } as never;
    });
    // Again until it is seen: of an update and a pause that come together a server takes the pause first, and the SDK's update,
    // which says not what it looked at, then undoes it. Ours says it, and is dropped.
    await eventually('the pause', async () => {
      await handle.pause('by hand');
      return (await handle.describe()).state.paused;
    });
    const mine = async (apply: boolean) => (await reconcile({ definitions, apply })).find(({ dagId }) => dagId === id);
    const reasons = [expect.stringContaining(reason)];
    expect(await mine(false)).toMatchObject({ action: 'update', reasons });
    expect(await mine(true)).toMatchObject({ action: 'update', reasons, paused: true });
    expect(await mine(false)).toMatchObject({ action: 'keep' });
    const { state, info } = await handle.describe();
    expect(state).toMatchObject({ paused: true, note: 'by hand' });
    expect(info.nextActionTimes.length).toBeGreaterThan(5);
    await handle.delete();
  });

  /** A client whose looks at a Schedule are each followed by something, before its caller knows what was seen. */
  function followed(then: (look: number) => Promise<unknown>): Client {
    let look = 0;
    const workflowService = new Proxy(connection.workflowService, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name, target);
        if (name !== 'describeSchedule') return method;
        return async (request: object) => {
          look += 1;
          try {
            return await target.describeSchedule(request);
          } finally {
            await then(look);
          }
        };
      },
    });
    const slow = Object.create(connection, { workflowService: { value: workflowService } }) as Connection;
    return new Client({ connection: slow, namespace });
  }

  test('does not undo a pause that comes between its look and its update', async () => {
    const id = uniqueName('race').replaceAll('-', '_');
    await reconcile({ definitions: [dagOn(id, '@daily')] });
    const handle = client.schedule.getHandle(id);
    const racing = followed(async (look) => {
      if (look <= 2) await handle.pause(`look ${look}`);
    });
    const definitions = [dagOn(id, '@hourly')];
    const options = { definitions, taskQueue: 'own', now: new Date(), apply: true, prune: false };
    const change = (await reconcileSchedules(racing, options)).find(({ dagId }) => dagId === id);
    expect(change).toMatchObject({ action: 'update', paused: true });
    const { state, policies } = await handle.describe();
    expect(state).toMatchObject({ paused: true, note: 'look 2' });
    expect(policies.catchupWindow).toBe(hour);
    await handle.delete();
  });

  test('takes a Schedule that somebody makes between its look and its own creation as one that was there', async () => {
    const id = uniqueName('made').replaceAll('-', '_');
    const options = {
      definitions: [dagOn(id, '@daily')],
      taskQueue: 'own',
      now: new Date(),
      apply: true,
      prune: false,
    };
    const racing = followed(async (look) => {
      if (look === 1) await reconcileSchedules(client, options);
    });
    const change = (await reconcileSchedules(racing, options)).find(({ dagId }) => dagId === id);
    expect(change).toMatchObject({ action: 'keep', reasons: [] });
    await client.schedule.getHandle(id).delete();
  });

  test('gives up, and says why, when somebody changes a Schedule all the time', async () => {
    const id = uniqueName('busy').replaceAll('-', '_');
    await reconcile({ definitions: [dagOn(id, '@daily')] });
    const handle = client.schedule.getHandle(id);
    const racing = followed((look) => handle.pause(`look ${look}`));
    const options = {
      definitions: [dagOn(id, '@hourly')],
      taskQueue: 'own',
      now: new Date(),
      apply: true,
      prune: false,
    };
    const change = (await reconcileSchedules(racing, options)).find(({ dagId }) => dagId === id);
    const reasons = [expect.stringMatching(/attempts: .*somebody else is changing it, too$/)];
    expect(change).toMatchObject({ action: 'failed', reasons });
    await handle.delete();
  });

  test('goes on where one DAG fails, whose Schedule is no orphan: those after it were not applied, nor was anything pruned', async () => {
    const [id, other, gone] = ['fails', 'after', 'gone'].map((stem) => uniqueName(stem).replaceAll('-', '_'));
    if (id === undefined || other === undefined || gone === undefined) throw new Error('there are three');
    await reconcile({ definitions: [dagOn(id, '@daily'), dagOn(gone, '@daily')] });
    await eventually('both are listed', async () => {
      const found = await actions({ apply: false });
      return found.includes(`${id} orphan`) && found.includes(`${gone} orphan`);
    });
    const failing = { ...dagOn(id, null), timetable: broken };
    const changes = await reconcile({ definitions: [failing, dagOn(other, '@daily')], prune: true });
    const mine = changes.filter(({ dagId }) => [id, other, gone].includes(dagId));
    expect(mine.map(({ dagId, action }) => `${dagId} ${action}`)).toEqual([
      `${id} failed`,
      `${other} create`,
      `${gone} delete`,
    ]);
    expect(mine.map((one) => changeLine(one, true))[0]).toMatch(/: not applied: .*no holidays are known/);
    expect(() => failIfSomeFailed(mine)).toThrow(`failed for ${id}, as said above; all others are done`);
    expect(() => failIfSomeFailed(mine.slice(1))).not.toThrow();
    for (const one of [id, other]) await client.schedule.getHandle(one).delete();
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
