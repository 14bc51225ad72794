import { allOf, anyOf, asset, type AssetCondition } from '../../dag/assets.ts';
import { openAssetHub } from '../../dag/asset-hub.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { partitionedAssets } from '../../dag/partitioned-assets.ts';
import { runIdentity } from '../../dag/run-identity.ts';
import { cron } from '../../dag/timetable.ts';
import { createAssetLog } from '../../activities/s3/asset-log.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { applySubscriptions } from '../../scripts/assets/apply-subscriptions.ts';
import { consumerLines, consumerStanding } from '../../scripts/assets/consumer-standing.ts';
import { knownAssets, subscriptionsOf } from '../../scripts/assets/known-assets.ts';
import { subscriptionChanges, subscriptionLine } from '../../scripts/assets/subscription-changes.ts';
import { planSchedule } from '../../scripts/schedules/schedule-plan.ts';
import { testSettings, testVariables, uniqueName } from '../support/stack.ts';
import { tw } from '../support/tw.ts';

const pins = asset('s3://lake/pins');
const users = asset('s3://lake/users');
const definitions = [
  defineDag('makes', { schedule: null }, ({ task }) => {
    task('pins', { outlets: [pins], run: () => 1 });
  }),
  defineDag('takes', { schedule: null, assets: pins }, ({ task }) => {
    task('only', { run: () => 1 });
  }),
];

test('what has come for partitions is told, of the last ones each by itself', () => {
  const definition = defineDag(
    'joins',
    { schedule: null, assets: partitionedAssets(allOf(pins, users)) },
    ({ task }) => {
      task('only', { run: () => 1 });
    },
  );
  const [subscription] = subscriptionsOf([definition]);
  const hub = openAssetHub({});
  hub.subscribe(subscription === undefined ? [] : [subscription]);
  for (let day = 1; day <= 22; day++) {
    const about = { dagId: 'makes', runId: `run-${day}`, taskId: 'pins', mapIndex: -1, timestamp: day };
    hub.take({ ...about, id: `pins-${day}`, asset: pins.asset, partitionKey: `day ${day}` });
  }
  hub.take({ id: 'no key', asset: users.asset, dagId: 'other', runId: 'run', taskId: 't', mapIndex: -1, timestamp: 0 });
  const lines = consumerLines(consumerStanding(pins.asset, definition, hub.state().queues[0]));
  expect(lines.slice(0, 3)).toEqual([
    'starts     joins, for s3://lake/pins and s3://lake/users, by partition; events that wait: 22',
    '           and 2 more partitions',
    '           partition day 3: s3://lake/pins 1 of 1, s3://lake/users 0 of 1',
  ]);
  expect([lines.length, lines.at(-1)]).toEqual([
    23,
    '           left: s3://lake/users, made by run, is of no partition',
  ]);
  expect(consumerLines(consumerStanding(pins.asset, definition, undefined))).toEqual([
    'starts     joins, for s3://lake/pins and s3://lake/users, by partition; not told of it: run tw schedules apply',
  ]);
});

test('what DAGs say of assets is listed, and told to the hub, also that nobody waits any more', async () => {
  expect(knownAssets(definitions)).toEqual([
    { asset: 's3://lake/pins', producers: ['makes.pins'], consumers: ['takes'] },
  ]);
  const told: (readonly { readonly dagId: string; readonly condition: AssetCondition }[])[] = [];
  const control = {
    tell: () => Promise.resolve(),
    subscribe: async (all: (typeof told)[number]) => void told.push(all),
    status: async () => undefined,
  };
  expect(await applySubscriptions(control, definitions)).toEqual(['takes: starts for s3://lake/pins']);
  expect(await applySubscriptions(control, [])).toEqual([]);
  expect(told).toEqual([[{ dagId: 'takes', condition: pins }], []]);
});

test('a DAG of assets and a timetable has a Schedule, and is started by both (AssetOrTimeSchedule)', async () => {
  const both = defineDag('counts', { schedule: cron('@daily'), assets: anyOf(pins, users) }, ({ task }) => {
    task('only', { run: () => 1 });
  });
  expect(planSchedule(both, 'queue', new Date('2026-03-09T00:00:00Z'))).toMatchObject({ dagId: 'counts' });
  expect(subscriptionsOf([both])).toEqual([{ dagId: 'counts', condition: anyOf(pins, users) }]);
  expect(runIdentity(both, { nominalTime: new Date('2026-03-09T00:00:00Z'), startTime: new Date() })).toMatchObject({
    runType: 'scheduled',
    logicalDate: new Date('2026-03-08T00:00:00Z'),
  });
});

test('tw schedules diff said nothing of assets: it says what apply would tell', async () => {
  const linesWith = async (...subscriptions: Parameters<ReturnType<typeof openAssetHub>['subscribe']>[0]) => {
    const hub = openAssetHub({});
    hub.subscribe(subscriptions);
    const status = async () => JSON.parse(JSON.stringify(hub.state()));
    return (await subscriptionChanges({ status }, definitions)).map(subscriptionLine);
  };
  expect(await linesWith()).toEqual(['takes: would start for s3://lake/pins']);
  expect(await linesWith({ dagId: 'takes', condition: pins })).toEqual(['takes: starts for s3://lake/pins']);
  const other = asset('other');
  expect(await linesWith({ dagId: 'takes', condition: other }, { dagId: 'gone', condition: other })).toEqual([
    'takes: would start for s3://lake/pins, and no longer for what it does now',
    'gone: would no longer start for other',
  ]);
  expect(await subscriptionChanges({ status: async () => undefined }, definitions)).toEqual([
    { dagId: 'takes', action: 'create', assets: 's3://lake/pins' },
  ]);
});

test('tw assets tells of events that the bucket keeps, and says what there is not', async () => {
  const bucket = uniqueName('assets');
  const variables = testVariables({ TW_S3_BUCKET: bucket });
  const store = createS3ObjectStore({ ...testSettings().s3, bucket });
  await store.ensureBucket();
  const log = createAssetLog(store);
  const about = { asset: 's3://lake/pins', dagId: 'makes', taskId: 'pins' };
  await log.write({ ...about, id: 'one', runId: 'run 1/2', mapIndex: -1, timestamp: Date.parse('2026-03-01') });
  await log.write({ ...about, id: 'two', runId: 'run 3', mapIndex: 4, timestamp: Date.parse('2026-03-02') });
  await log.write({ ...about, id: 'two', runId: 'run 3', mapIndex: 4, timestamp: Date.parse('2026-03-02') });
  store.close();
  const { code, out } = await tw(variables, ['assets', 'events', 's3://lake/pins', '--json']);
  expect([code, JSON.parse(out)]).toEqual([
    0,
    [
      { ...about, id: 'two', runId: 'run 3', mapIndex: 4, timestamp: '2026-03-02T00:00:00Z' },
      { ...about, id: 'one', runId: 'run 1/2', mapIndex: -1, timestamp: '2026-03-01T00:00:00Z' },
    ],
  ]);
  expect((await tw(variables, ['assets', 'events', 's3://lake/pins'])).out).toContain('makes.pins');
  expect(await tw(variables, ['assets', 'events', 'none'])).toMatchObject({
    code: 1,
    err: 'tw: no DAG names the asset none; there is none\n',
  });
  expect((await tw(variables, ['assets', 'list'])).out).toContain('no DAG names an asset');
});
