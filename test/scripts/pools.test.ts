import { TestWorkflowEnvironment } from '@temporalio/testing';
import { eventually } from '../support/own-state.ts';
import { testSettings, testVariables, uniqueName } from '../support/stack.ts';
import { tw, type CommandEnd } from '../support/tw.ts';
import { bundle, collectLogs, startHarness, type Harness } from '../workflows/harness.ts';

const own = uniqueName('pools');
const variables = testVariables({ TEMPORAL_NAMESPACE: own, TW_TASK_QUEUE: own, TW_USER: own, TW_S3_BUCKET: own });
const pools = (...args: string[]): Promise<CommandEnd> => tw(variables, ['pools', ...args]);
const over = new AbortController();
const hold = (): Promise<void> => new Promise((resolve) => over.signal.addEventListener('abort', () => resolve()));
let env: TestWorkflowEnvironment;
let harness: Harness;

async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await pools(...args, '--json');
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as unknown;
}

beforeAll(async () => {
  collectLogs();
  const { code, err } = await tw(variables, ['init']);
  if (code !== 0) throw new Error(err);
  const { address } = testSettings().temporal;
  env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: own });
  harness = await startHarness(env, {
    bundle: await bundle('test/workflows/fixtures/pool-dags'),
    activities: { io: { hold }, engine: { hold } },
    taskQueue: own,
    bucket: own,
  });
});

afterAll(async () => {
  over.abort();
  await harness.stop();
  await env.teardown();
});

test('tw pools makes, changes, tells of and deletes pools, those in use, too', async () => {
  expect(await json('list')).toEqual([]);
  expect(await pools('get', 'small')).toMatchObject({
    code: 1,
    err: 'tw: there is no pool small; there is none yet\n',
  });
  expect(await json('set', 'small', '2', '--dry-run')).toMatchObject({ slotsBefore: null, changed: false });
  expect(await pools('set', 'small', '1', 'for a test')).toMatchObject({ code: 0, out: 'pool small has 1 slot\n' });
  const [holds] = [await harness.start('small', { name: 'a' }), await harness.start('small', { name: 'b' })];
  await eventually('one holds and one waits', async () => (await harness.pools.status('small'))?.waiting.length === 1);
  await eventually('it is listed', async () => ((await json('list')) as readonly unknown[]).length === 1);
  const summary = { pool: 'small', slots: 1, description: 'for a test', usedSlots: 1, queuedSlots: 1, openSlots: 0 };
  expect(await json('list')).toEqual([summary]);
  expect(await json('get', 'small')).toMatchObject({
    ...summary,
    held: [{ label: 'small.work', runId: holds?.workflowId }],
  });
  expect((await pools('get', 'small')).out).toMatch(/small\.work.*holds[^]*small\.work.*waits/);
  expect(await json('set', 'small', '3')).toEqual({
    pool: 'small',
    slots: 3,
    description: 'for a test',
    slotsBefore: 1,
    changed: true,
  });
  expect(await json('list')).toMatchObject([{ slots: 3, usedSlots: 2, queuedSlots: 0, openSlots: 1 }]);
  expect((await pools('delete', 'small')).out).toBe(
    'pool small is deleted; tasks that hold its slots: 2, that wait: 0\n',
  );
  expect((await pools('delete', 'small')).err).toBe(
    'tw: there is no pool small to delete; tasks that hold its slots: 2, that wait: 0\n',
  );
  expect((await pools('delete', 'default_pool')).err).toBe('tw: default_pool cannot be deleted: set its slots\n');
  expect(await pools('set', 'small', 'many')).toMatchObject({ code: 78 });
  expect(await pools('set', 'a/b', '1')).toMatchObject({ code: 1 });
});
