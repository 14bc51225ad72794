import { isCancellation } from '@temporalio/workflow';
import { durationText } from '../../dag/duration.ts';
import type { HostScope, TryWork, Deadlines } from './current-task.ts';
import { failureTypes } from './failures.ts';

/** What one try has begun, and when it is over. */
export interface TryScope {
  readonly work: TryWork;
  /** Stops the clock of the executionTimeout while the try waits for others, and lets it begin anew. */
  readonly clock: { readonly stop: () => void; readonly restart: () => void };
  /** Starts the try's work. */
  readonly run: (work: () => unknown) => unknown;
  /**
   * The try's own code has ended: calls back once nothing that it began runs any more, so that two tries never work side by
   * side and no run closes over work of its own. A try that failed has what is left cancelled; one that succeeded has left
   * it running on purpose, or forgotten an `await`.
   */
  readonly close: (succeeded: boolean, then: () => void, onDefect: (error: unknown) => void) => void;
  /** Cancels what the try does. */
  readonly cancel: () => void;
  /** What the try failed with: its executionTimeout, when that is what cancelled it. */
  readonly reason: (thrown: unknown) => unknown;
}

/** Opens a try in a scope of its own, with its executionTimeout (milliseconds; `null` = none). */
export function openTry(scope: HostScope, deadlines: Deadlines, limit: number | null): TryScope {
  const work: TryWork = { activities: 0, timers: 0, onIdle: undefined };
  let timedOut = false;
  const watch = (): (() => void) | undefined =>
    limit === null
      ? undefined
      : deadlines.watch(limit, () => {
          timedOut = true;
          scope.cancel();
        });
  let release = watch();
  const stop = (): void => {
    release?.();
    release = undefined;
  };
  return {
    work,
    clock: {
      stop,
      restart: () => {
        stop();
        release = watch();
      },
    },
    // What is no promise will do for the scope, too, and an async function around it would be three promises more.
    run: (begin) => scope.run(begin as () => Promise<unknown>),
    close: (succeeded, then, onDefect) => {
      const done = (): void => {
        stop();
        // A timer that lost a race would stand in the run's history as open.
        if (work.timers > 0) scope.cancel();
        then();
      };
      if (work.activities === 0) {
        done();
        return;
      }
      if (!succeeded) scope.cancel();
      // By a promise made here: what the last activity calls back itself would run in the scope of this try.
      new Promise<void>((idle) => (work.onIdle = idle)).then(done).then(undefined, onDefect);
    },
    cancel: () => scope.cancel(),
    reason: (thrown) => (timedOut && isCancellation(thrown) ? new TaskTimeout(limit ?? 0) : thrown),
  };
}

class TaskTimeout extends Error {
  constructor(limit: number) {
    super(`the try took longer than its executionTimeout of ${durationText(limit)}`);
    this.name = failureTypes.timeout;
  }
}
