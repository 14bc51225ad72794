import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { createSlotRuns } from '../../../activities/temporal/slot-runs.ts';
import { rerunMemo, rerunOf } from '../../../dag/kept.ts';
import { slotMemo } from '../../../dag/run-identity.ts';
import type { RunRecord } from '../../../dag/run-record.ts';

setFlagsFromString('--expose-gc');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the flag adds
const collect = runInNewContext('gc') as () => void;

/** A client that knows one run that is over and one that never ends. */
function clientOf(): Client {
  const at = new Date(0);
  const getHandle = (runId: string) => ({
    result: () => (runId === 'over' ? Promise.resolve() : new Promise(() => undefined)),
    describe: () => Promise.resolve({ status: { name: 'COMPLETED' }, startTime: at, closeTime: at }),
  });
  const withAbortSignal = <Result>(_: AbortSignal, act: () => Promise<Result>): Promise<Result> => act();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is used of it
  return { workflow: { getHandle }, withAbortSignal } as unknown as Client;
}

/** A client that knows executions by what their memos say. */
function clientWith(memos: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Client {
  const getHandle = (runId: string) => ({
    describe: async () => {
      const memo = memos[runId];
      if (memo === undefined) throw new WorkflowNotFoundError('none', runId, undefined);
      return { runId: 'found', memo };
    },
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is used of it
  return { workflow: { getHandle } } as unknown as Client;
}

const runs = ['over', 'open'].map((runId) => ({ runId, executionId: runId }));

describe('waiting for the runs of a backfill', () => {
  test('tells of the first that has ended, also where memory is cleaned up just then', async () => {
    // Its wait for others hung on a signal that nothing kept: no further slot began before all that ran had ended.
    const { signal } = new AbortController();
    const ends = createSlotRuns({ client: clientOf(), runQueue: 'runs' }).firstEnds(runs, signal);
    await sleep(50);
    collect();
    await sleep(0);
    collect();
    const late = sleep(2_000, 'still waits' as const, { ref: false });
    expect(await Promise.race([ends, late])).toEqual([{ ...runs[0], state: 'success', took: 0 }]);
  });

  test('waits no longer when it is told so, also for a run of which nothing is heard', async () => {
    const stop = new AbortController();
    const open = runs.slice(1);
    const ends = createSlotRuns({ client: clientOf(), runQueue: 'runs' }).firstEnds(open, stop.signal);
    stop.abort();
    expect(await ends).toEqual([]);
  });
});

describe('the run that was started for the slot of a backfill', () => {
  const dataInterval = { start: '2026-03-01T00:00:00.000Z', end: '2026-03-02T00:00:00.000Z' };
  const task = { taskId: 'only', mapIndex: -1, label: 'only', state: 'failed', tries: [], error: null } as const;
  const record: RunRecord = {
    version: 1,
    dagId: 'daily',
    runId: 'again',
    attempt: 2,
    executionId: 'before',
    runType: 'scheduled',
    logicalDate: dataInterval.start,
    dataInterval,
    queuedAt: dataInterval.end,
    start: dataInterval.end,
    end: dataInterval.end,
    state: 'failed',
    input: null,
    tasks: [task],
  };
  const order = rerunOf(record, { cleared: [task], runType: 'backfill' });

  test.each([
    ['was started for it', { [slotMemo]: { runType: 'backfill', backfillId: 'mine', dataInterval } }, false, true],
    ['was for another one', { [slotMemo]: { runType: 'backfill', backfillId: 'other', dataInterval } }, false, false],
    ['a Schedule started', {}, false, false],
    ['somebody cleared', { [rerunMemo]: rerunOf(record, { cleared: [task] }) }, true, false],
    ['goes on as it was told', { [rerunMemo]: order }, true, true],
    ['goes on once more', { [rerunMemo]: { ...order, attempt: 4, from: 3 } }, true, false],
  ] as const)('is the one that %s, or not', async (_, memo, isAgain, isOurs) => {
    const { startedFor } = createSlotRuns({ client: clientWith({ again: memo }), runQueue: 'runs' });
    const slot = { runId: 'again', start: 0, end: 1 };
    const request = { dagId: 'daily', backfillId: 'mine', slot, ...(isAgain && { record }) };
    const found = isOurs ? { runId: 'again', executionId: 'found' } : undefined;
    expect(await startedFor(request)).toEqual(found);
    expect(await startedFor({ ...request, slot: { ...slot, runId: 'never' } })).toBeUndefined();
  });
});
