import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineDag } from '../../../dag/define-dag.ts';
import { cron, customTimetable } from '../../../dag/timetable.ts';
import { ensureNamespace } from '../../../scripts/namespace.ts';
import { reconcileSchedules } from '../../../scripts/schedules/reconcile.ts';
import { keeperId, renewSchedules, startKeeper } from '../../../scripts/schedules/renew.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { bundle, collectLogs, startHarness, type Harness } from '../harness.ts';

const own = uniqueName('keeper');
const none = { none: () => Promise.resolve() };
const day = 86_400_000;
// No calendar is exactly a time that clocks in London leave out or have twice.
const [london, other] = ['london', 'other'].map((id) =>
  defineDag(id, { schedule: cron('30 1 * * *', { timezone: 'Europe/London' }) }, ({ task }) => {
    task('only', { run: () => 1 });
  }),
);
/** A timetable that has come to fail since its DAG was defined. */
const broken = customTimetable('on working days', () => {
  throw new Error('no holidays are known');
});
const failing = {
  ...defineDag('failing', { schedule: null }, ({ task }) => void task('only', { run: () => 1 })),
  timetable: broken,
};
let env: TestWorkflowEnvironment;
let harness: Harness;
let looks = 0;

beforeAll(async () => {
  collectLogs();
  const { address } = testSettings().temporal;
  const first = await TestWorkflowEnvironment.createFromExistingServer({ address });
  await ensureNamespace(first.connection, { namespace: own, retentionDays: 1 });
  await first.teardown();
  env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: own });
  const definitions = [london, other].filter((one) => one !== undefined);
  harness = await startHarness(env, {
    bundle: await bundle('test/workflows/fixtures/turn-dags'),
    activities: { io: none, engine: none },
    taskQueue: own,
    renewSchedules: () => {
      looks += 1;
      return renewSchedules(env.client, own, [...definitions, failing], new Date());
    },
  });
});

afterAll(async () => {
  await harness.stop();
  await env.teardown();
});

test('the keeper names further moments to a Schedule that runs out of them, also beside a DAG that fails, and makes none', async () => {
  const apply = async (now: Date, really: boolean) => {
    const definitions = [london].filter((one) => one !== undefined);
    return reconcileSchedules(env.client, { definitions, taskQueue: own, now, apply: really, prune: false });
  };
  // As it was applied 150 days ago: 50 of its 200 moments are left.
  const before = await apply(new Date(Date.now() - 150 * day), true);
  expect(before).toMatchObject([{ action: 'create' }]);
  expect(await apply(new Date(), false)).toMatchObject([{ action: 'update' }]);
  await startKeeper(env.client, own, before);
  await eventually('it is renewed', async () => (await apply(new Date(), false))[0]?.action === 'keep');
  const schedules = [];
  for await (const { scheduleId } of env.client.schedule.list()) schedules.push(scheduleId);
  expect(schedules).toEqual(['london']);
  const keeper = env.client.workflow.getHandle(keeperId(own));
  expect((await keeper.describe()).status.name).toBe('RUNNING');
  const { failed } = await renewSchedules(env.client, own, [failing], new Date());
  expect(failed).toEqual([expect.stringMatching(/^failing: not applied: .*no holidays are known/)]);
  // Of a Schedule with few moments it heard within a day, when that had run out of them.
  const then = looks;
  await startKeeper(env.client, own, before);
  await eventually('it looks as soon as it is told', () => Promise.resolve(looks > then));
  await keeper.terminate();
  await env.client.schedule.getHandle('london').delete();
});
