import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Client } from '@temporalio/client';
import { createSlotRuns } from '../../../activities/temporal/slot-runs.ts';

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
