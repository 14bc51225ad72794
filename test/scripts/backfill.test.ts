import { openBackfills } from '../../scripts/backfills/backfills.ts';
import type { RunSummary } from '../../scripts/runs/run-summary.ts';
import { eventually } from '../support/own-state.ts';
import { cliStage } from './cli-stage.ts';

const stage = cliStage('backfills');
const { tw } = stage;
const backfill = (...args: string[]) => tw('backfill', ...args);
const json = (...args: string[]) => stage.json('backfill', ...args);
const range = ['--dag-id', 'pinterestDaily', '--from-date', '2026-03-01', '--to-date', '2026-03-03'];

test('tw backfill runs a range, shows how far it is, and does what there is no second time', async () => {
  const dry = await backfill('create', ...range, '--run-backwards', '--max-active-runs', '2', '--dry-run');
  expect(dry).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /│ 1 │ 2026-03-03T00:00:00Z │ 2026-03-04T00:00:00Z │ pinterestDaily-2026-03-04T00:00:00Z │ runs +│/,
    ),
  });
  expect(dry.out).toMatch(/\nwould make 3 runs, 2 at a time\n$/);
  expect((await backfill('list')).out).toBe('there is no backfill\n');
  const created = await json('create', ...range, '--dag-run-conf', '{"posts": 5}');
  expect(created).toMatchObject({ dagId: 'pinterestDaily', created: true, slots: 3, left: 0, maxActiveRuns: 10 });
  const id = String(created['backfillId']);
  await eventually('it is over', async () => (await json('show', id))['end'] !== null);
  const shown = await json('show', 'pinterestDaily');
  expect(shown).toMatchObject({ backfillId: id, state: 'completed', success: 3, failed: 0, toGo: 0, active: [] });
  expect(shown['averageDuration']).toBeGreaterThan(0);
  expect((await backfill('show', id)).out).toContain('slots            3 succeeded, 0 failed, 0 active, 0 to go');
  const list = () => stage.json<readonly RunSummary[]>('runs', 'list');
  await eventually('their ends are in visibility', async () => (await list()).every(({ end }) => end !== null));
  const runs = await list();
  expect(runs.map(({ logicalDate, runType, state }) => [logicalDate, runType, state])).toEqual([
    ['2026-03-03T00:00:00Z', 'backfill', 'success'],
    ['2026-03-02T00:00:00Z', 'backfill', 'success'],
    ['2026-03-01T00:00:00Z', 'backfill', 'success'],
  ]);
  expect((await backfill('create', ...range)).out).toBe(
    'there is nothing to run, so nothing was created; 3 left as they are (already exists)\n',
  );
  expect((await backfill('list')).out).toContain(`│ ${id} │ completed │`);
  expect(await backfill('cancel', id)).toMatchObject({
    code: 1,
    err: `tw: backfill ${id} is over (completed): there is nothing to cancel\n`,
  });
  // One that ends between the look and the word.
  const backfills = openBackfills(stage.env.client, stage.own);
  const found = await backfills.find(id);
  if (found === undefined) throw new Error('it is not found');
  await expect(backfills.setPaused(found.order, true)).rejects.toThrow(
    `backfill ${id} has ended meanwhile: tw backfill show says how`,
  );
}, 120_000);

test('tw backfill pause, resume and cancel change an open one', async () => {
  expect((await tw('dags', 'pause', 'pinterestDaily')).code).toBe(0);
  const { out } = await backfill('create', ...range, '--reprocess-behavior', 'completed', '--max-active-runs', '1');
  expect(out).toMatch(/pinterestDaily is paused: its runs wait until tw dags unpause pinterestDaily\n$/);
  const queued = async () => (await stage.harness.control.status('pinterestDaily'))?.queued.length;
  await eventually('its first run waits', async () => (await queued()) === 1);
  expect(await backfill('create', ...range)).toMatchObject({
    code: 1,
    err: expect.stringContaining('another backfill of it is open; wait for its end, or cancel it'),
  });
  expect(await json('pause', 'pinterestDaily', '--dry-run')).toMatchObject({ changed: false });
  expect(await json('pause', 'pinterestDaily')).toMatchObject({ changed: true });
  expect(await json('show', 'pinterestDaily')).toMatchObject({ state: 'paused', toGo: 2 });
  expect(await json('resume', 'pinterestDaily')).toMatchObject({ changed: true });
  expect(await json('show', 'pinterestDaily')).toMatchObject({ state: 'running' });
  expect((await backfill('cancel', 'pinterestDaily')).out).toMatch(
    / ends: tw backfill show says when it has \(1 active, 2 to go\)\n$/,
  );
  await eventually('it is over', async () => (await json('show', 'pinterestDaily'))['end'] !== null);
  expect(await json('show', 'pinterestDaily')).toMatchObject({ state: 'cancelled', failed: 1, active: [], toGo: 2 });
}, 120_000);

test.each([
  [['create', '--dag-id', 'nowhere', ...range.slice(2)], 1, 'there is no DAG nowhere; there are: '],
  [['create', ...range.slice(0, 4)], 78, "required option '--to-date <date>' not specified"],
  [['create', ...range.slice(0, 4), '--to-date', 'monday'], 78, 'write a date as 2026-03-01'],
  [['create', ...range, '--max-active-runs', '0'], 78, 'use a whole number from 1'],
  [['create', ...range, '--max-active-runs', '1001'], 78, 'use a whole number from 1 to 1000'],
  [['create', ...range, '--dag-run-conf', '{"past": 1}'], 1, 'pinterestDaily has no param past'],
  [
    ['create', ...range.slice(0, 4), '--to-date', '2026-02-01'],
    1,
    'the range starts at 2026-03-01T00:00:00Z, after its end',
  ],
  [['show', 'nowhere'], 1, 'there is no backfill nowhere; '],
])('tw backfill refuses %j in words', async (args, code, words) => {
  expect(await backfill(...args)).toMatchObject({ code, out: '', err: expect.stringContaining(words) });
});
