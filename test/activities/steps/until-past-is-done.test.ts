import { createUntilPastIsDone } from '../../../activities/steps/until-past-is-done.ts';
import type { RunSources } from '../../../activities/steps/seen-runs.ts';
import { testContext } from './step-context.ts';

const before = { runId: 'daily-1', executionId: 'first', dagId: 'daily', runType: 'scheduled' } as const;
const record = { ...before, state: 'success', logicalDate: '2026-03-01T00:00:00Z', queuedAt: '2026-03-02T00:00:00Z' };

/** A run before that has succeeded, as its record says; visibility knows what is `listed`. */
function sourcesOf(again: { readonly executionId: string } | undefined, listed: readonly unknown[] = []): RunSources {
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
  } as unknown as RunSources;
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
});
