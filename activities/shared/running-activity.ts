import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepPlace } from './step-context.ts';
import type { StoredValues } from './stored-value.ts';

/** What the interceptor knows of the activity that the caller runs in. */
export interface RunningActivity {
  readonly place: StepPlace;
  readonly values: StoredValues;
  /** What the next attempt is told; begins as what the attempt before told this one. */
  cursor: unknown;
}

const storage = new AsyncLocalStorage<RunningActivity>();

/** Runs a function so that all it calls finds the activity. */
export function withinActivity<Result>(activity: RunningActivity, run: () => Result): Result {
  return storage.run(activity, run);
}

/** The activity that the caller runs in; `undefined` outside of one. */
export function runningActivity(): RunningActivity | undefined {
  return storage.getStore();
}
