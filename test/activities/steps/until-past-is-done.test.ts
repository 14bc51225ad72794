import { createUntilPastIsDone, type PastSources } from '../../../activities/steps/until-past-is-done.ts';
import { testContext } from './step-context.ts';

const before = { runId: 'daily-1', executionId: 'first', dagId: 'daily', runType: 'scheduled' } as const;
const record = { ...before, state: 'success', logicalDate: '2026-03-01T00:00:00Z', queuedAt: '2026-03-02T00:00:00Z' };

/** A run before that has succeeded, as its record says; visibility knows what is `listed`. */
function sourcesOf(
  again: { readonly executionId: string } | undefined,
  listed: readonly unknown[] = [],
  backfill?: { readonly fromDate: string; readonly toDate: string },
): PastSources {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is asked of them
  return {
    ledger: {
      async *list() {
        yield record;
      },
      read: () => Promise.resolve({ ...record, tasks: [{ taskId: 'load', state: 'success' }] }),
    },
    finder: {
      between: () => Promise.resolve(listed),
      find: () => Promise.resolve(again && { runId: before.runId, state: 'running', start: 0, ...again }),
      tasksOf: () => Promise.resolve([{ taskId: 'load', state: 'running' }]),
    },
    control: { openBackfillOf: () => Promise.resolve(backfill && { ...backfill, backfillId: 'daily-backfill' }) },
  } as unknown as PastSources;
}

const input = {
  dagId: 'daily',
  runId: 'daily-2',
  logicalDate: '2026-03-02T00:00:00Z',
  countManual: true,
  notBefore: null,
  slotBefore: null,
  taskId: 'load',
  downstream: [],
};

describe('the wait for the run before', () => {
  test('is over where its record says so, and Temporal has forgotten it', async () => {
    const { untilPastIsDone } = createUntilPastIsDone(sourcesOf(undefined));
    await expect(untilPastIsDone(input, testContext())).resolves.toBeUndefined();
  });

  test.each([
    ['nothing', []],
    [
      'the attempt before',
      [{ ...before, state: 'success', start: 0, isManual: false, logicalDate: Date.parse(record.logicalDate) }],
    ],
  ])('goes on where it runs again, and %s is listed: the next run had passed', async (_, listed) => {
    const { untilPastIsDone } = createUntilPastIsDone(sourcesOf({ executionId: 'second' }, listed));
    await expect(untilPastIsDone(input, testContext())).rejects.toThrow('load of the run before, daily-1, is running');
  });

  // The run that a Schedule started went by the newest run that was there, and on before those that the catch-up had yet to make.
  test.each([
    ['waits for a slot that a catch-up has yet to make', true, { fromDate: '2026-03-01', toDate: '2026-03-04' }, true],
    ['of the catch-up itself goes by what is there', false, { fromDate: '2026-03-01', toDate: '2026-03-04' }, false],
    [
      'goes by what is there where the backfill is of other slots',
      true,
      { fromDate: '2026-02-01', toDate: '2026-03-03' },
      false,
    ],
    ['goes by what is there where there is no backfill', true, undefined, false],
  ])('of a run that %s', async (_, isScheduled, backfill, waits) => {
    const { untilPastIsDone } = createUntilPastIsDone(sourcesOf(undefined, [], backfill));
    const slotBefore = { runId: 'daily-5', logicalDate: '2026-03-04T00:00:00Z' };
    const late = { ...input, runId: 'daily-6', logicalDate: '2026-03-05T00:00:00Z', slotBefore, isScheduled };
    const looked = untilPastIsDone(late, testContext()).then(
      () => 'passes',
      (error: Error) => error.message,
    );
    expect(await looked).toBe(waits ? 'the run before, daily-5, is yet to be made by daily-backfill' : 'passes');
  });
});
