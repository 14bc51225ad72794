import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { durationText } from '../../dag/duration.ts';
import type { Deadlines } from './deadlines.ts';
import { failureTypes } from './failures.ts';

/** The executionTimeout of one try. */
export interface TryLimit {
  /** Starts the try's work. */
  readonly run: (work: () => unknown) => unknown;
  /** The try has ended: the limit is watched no longer. Again is harmless. */
  readonly release: () => void;
  /** What the try failed with: the limit itself, when that is what cancelled it. */
  readonly reason: (thrown: unknown) => unknown;
}

const unlimited: TryLimit = {
  run: (work) => work(),
  release: () => undefined,
  reason: (thrown) => thrown,
};

/** Limits a try: its work runs in a scope that is cancelled when the limit (milliseconds; `null` = none) is over. */
export function limitTry(deadlines: Deadlines, limit: number | null): TryLimit {
  if (limit === null) return unlimited;
  const scope = new CancellationScope();
  let timedOut = false;
  const release = deadlines.watch(limit, () => {
    timedOut = true;
    scope.cancel();
  });
  return {
    // What is no promise will do for the scope, too, and an async function around it would be three promises more.
    run: (work) => scope.run(work as () => Promise<unknown>),
    release,
    reason: (thrown) => (timedOut && isCancellation(thrown) ? new TaskTimeout(limit) : thrown),
  };
}

class TaskTimeout extends Error {
  constructor(limit: number) {
    super(`the try took longer than its executionTimeout of ${durationText(limit)}`);
    this.name = failureTypes.timeout;
  }
}
