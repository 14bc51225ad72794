import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag, type DagWorkflow } from '../../workflows/engine/dag.ts';

/** The activities of the benchmark. */
interface PeerActivities {
  /** Does nothing and gives the time at which it did, epoch milliseconds. */
  mark(text: string): Promise<number>;
  /** Hangs at its first attempt; gives the time of the second. */
  hangOnce(): Promise<number>;
}

type PeerDag = DagWorkflow<Record<string, never>, Record<string, never>>;

interface Limit {
  readonly executionTimeout?: '1 hour';
}

const io = activitiesOn<PeerActivities>('io');
/** Every try with a limit: a cancellation scope each, and one timer for the run. */
const limit = { executionTimeout: '1 hour' } as const;

export const chain1 = chainOf('chain1', 1);
export const chain5 = chainOf('chain5', 5);
export const chain40 = chainOf('chain40', 40);
export const parallel100 = parallelOf('parallel100', 100);
export const chain1Limited = chainOf('chain1Limited', 1, limit);
export const chain5Limited = chainOf('chain5Limited', 5, limit);
export const chain40Limited = chainOf('chain40Limited', 40, limit);
export const parallel100Limited = parallelOf('parallel100Limited', 100, limit);

/** A task whose worker is killed while it works. A try that the killing cost would fail the run. */
export const victim: PeerDag = dag('victim', { schedule: null }, ({ task }) => {
  task('hang', { run: () => io.hangOnce() });
});

function chainOf(id: string, length: number, defaultArgs: Limit = {}): PeerDag {
  return dag(id, { schedule: null, maxActiveRuns: 20, defaultArgs }, ({ task }) => {
    let previous = task('t0', { run: () => io.mark('t0') });
    for (let n = 1; n < length; n++) {
      const text = `t${n}`;
      previous = task(text, { after: [previous], run: () => io.mark(text) });
    }
  });
}

function parallelOf(id: string, length: number, defaultArgs: Limit = {}): PeerDag {
  return dag(id, { schedule: null, defaultArgs }, ({ task }) => {
    for (let n = 0; n < length; n++) {
      const text = `t${n}`;
      task(text, { run: () => io.mark(text) });
    }
  });
}
