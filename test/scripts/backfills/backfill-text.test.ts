import type { BackfillOrder } from '../../../dag/backfill-run.ts';
import { backfillText } from '../../../scripts/backfills/backfill-text.ts';

const order: BackfillOrder = {
  backfillId: 'daily-backfill__1',
  dagId: 'daily',
  createdAt: '2026-03-05T00:00:00.000Z',
  fromDate: '2026-03-01T00:00:00Z',
  toDate: '2026-03-03T00:00:00Z',
  reprocessBehavior: 'completed',
  runBackwards: false,
  maxActiveRuns: 10,
  conf: { posts: 5 },
  slots: 3,
  again: 1,
  left: 0,
};
const progress = { success: 1, failed: 1, active: [], toGo: 1, averageDuration: 1_000, estimate: null } as const;
const text = (change: Partial<BackfillOrder>, state: 'completed' | 'cancelled' = 'completed'): string =>
  backfillText({
    order: { ...order, ...change },
    state,
    progress: { ...order, ...progress, state },
    end: '2026-03-05T00:01:00.000Z',
  });

test.each([
  [{ reprocessBehavior: 'none', again: 0 }, '{"posts":5}'],
  [{ again: 0 }, '{"posts":5}'],
  [{}, '{"posts":5}, for new runs (2); those that run again (1) keep theirs'],
  [{ again: 3 }, '{"posts":5}, for new runs (0); those that run again (3) keep theirs'],
] as const)('tw backfill show told params that runs which are done again do not get: %j', (change, words) => {
  expect(text(change)).toContain(`\nparams           ${words}\n`);
});

test('of an order that did not count them it tells the rule, and of no params nothing', () => {
  const { again: _, ...older } = order;
  const shown = backfillText({ order: older, state: 'failed', progress: null, end: null });
  expect(shown).toContain('\nparams           {"posts":5}, for new runs; those that run again keep theirs\n');
  expect(text({ conf: {} })).not.toContain('params');
});

test('slots that a cancelled backfill never began are not to go any more', () => {
  expect(text({})).toContain('slots            1 succeeded, 1 failed, 0 active, 1 to go, 0 left');
  expect(text({}, 'cancelled')).toContain('slots            1 succeeded, 1 failed, 0 active, 1 never begun, 0 left');
});
