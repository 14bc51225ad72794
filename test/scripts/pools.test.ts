import { eventually } from '../support/own-state.ts';
import { cliStage } from './cli-stage.ts';

const over = new AbortController();
const hold = (): Promise<void> => new Promise((resolve) => over.signal.addEventListener('abort', () => resolve()));
const stage = cliStage('pools', {
  entry: 'test/workflows/fixtures/pool-dags',
  activities: { io: { hold }, engine: { hold } },
  release: () => over.abort(),
});
const pools = (...args: string[]) => stage.tw('pools', ...args);
const json = (...args: string[]) => stage.json<unknown>('pools', ...args);

test('tw pools makes, changes, tells of and deletes pools, those in use, too', async () => {
  expect(await json('list')).toEqual([]);
  expect(await pools('get', 'small')).toMatchObject({
    code: 1,
    err: 'tw: there is no pool small; there is none yet\n',
  });
  expect(await json('set', 'small', '2', '--dry-run')).toMatchObject({ slotsBefore: null, changed: false });
  expect(await pools('set', 'small', '1', 'for a test')).toMatchObject({ code: 0, out: 'pool small has 1 slot\n' });
  const keeper = () => stage.harness.pools.status('small');
  const holds = await stage.harness.start('small', { name: 'a' });
  await eventually('one holds', async () => (await keeper())?.held.length === 1);
  await stage.harness.start('small', { name: 'b' });
  await eventually('one waits', async () => (await keeper())?.waiting.length === 1);
  await eventually('it is listed', async () => ((await json('list')) as readonly unknown[]).length === 1);
  const summary = { pool: 'small', slots: 1, description: 'for a test', usedSlots: 1, queuedSlots: 1, openSlots: 0 };
  expect(await json('list')).toEqual([summary]);
  expect(await json('get', 'small')).toMatchObject({
    ...summary,
    held: [{ label: 'small.work', runId: holds.workflowId }],
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
}, 120_000);
