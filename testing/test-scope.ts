import { cancellation } from '../workflows/engine/activity-failure.ts';
import type { TestClock } from './test-clock.ts';

/** What of a test's run can be cancelled as a whole. */
export interface TestScope {
  readonly isCancelled: () => boolean;
  readonly cancel: () => void;
  /** Rejects when it is cancelled; else it never settles. */
  readonly cancelled: () => Promise<never>;
  /** Calls back when it is cancelled, unless what it returns was called before. */
  readonly onCancel: (then: () => void) => () => void;
}

/** Opens a scope that is cancelled with the one that it is in. */
export function openScope(parent?: TestScope): TestScope {
  const listeners = new Set<() => void>();
  let isCancelled = false;
  const cancel = (): void => {
    if (isCancelled) return;
    isCancelled = true;
    leave?.();
    for (const then of listeners) then();
  };
  const onCancel = (then: () => void): (() => void) => {
    listeners.add(then);
    return () => listeners.delete(then);
  };
  const leave = parent?.onCancel(cancel);
  if (parent?.isCancelled() === true) cancel();
  return {
    isCancelled: () => isCancelled,
    cancel,
    onCancel,
    cancelled: () =>
      new Promise((_, reject) => {
        if (isCancelled) reject(cancellation());
        else onCancel(() => reject(cancellation()));
      }),
  };
}

/** Ends when so much time has gone by, or rejects when the scope is cancelled. */
export function sleepIn(scope: TestScope, clock: TestClock, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (scope.isCancelled()) {
      reject(cancellation());
      return;
    }
    const forget = scope.onCancel(() => {
      stop();
      reject(cancellation());
    });
    const stop = clock.after(ms, () => {
      forget();
      resolve();
    });
  });
}
