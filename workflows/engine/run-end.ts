import type { TaskError } from '../../dag/outcome.ts';
import type { CallbackDesk } from './callbacks.ts';
import { failureTypes } from './failures.ts';
import type { RunStatus, TaskStatus } from './queries.ts';
import type { RunBook } from './run-book.ts';
import type { Ending, TasksEnd } from './run-tasks.ts';

/** Why a run whose tasks are through has failed; `null` when it has not. */
export function errorOf({ plan, statuses }: RunBook, { cancelled, ending }: TasksEnd): TaskError | null {
  if (cancelled) return { type: 'Cancelled', message: 'the run was cancelled' };
  if (plan.runState() === 'success' && ending === undefined) return null;
  return { type: failureTypes.run, message: whatFailed(statuses(), ending) };
}

/** Where a run is, and what went wrong in its callbacks, where something did. */
export function withTroubles(status: RunStatus, { troubles }: CallbackDesk): RunStatus {
  return troubles().length === 0 ? status : { ...status, callbackTroubles: troubles() };
}

function whatFailed(statuses: readonly TaskStatus[], ending: Ending | undefined): string {
  const failed = statuses.filter(({ state }) => state === 'failed');
  const told = failed.slice(0, 5).map(({ label, error }) => `${label} (${error?.message ?? 'unknown'})`);
  const more = failed.length > told.length ? [`and ${failed.length - told.length} more`] : [];
  const which = failed.length === 0 ? [] : [`failed: ${[...told, ...more].join('; ')}`];
  return [...(ending === undefined ? [] : [ending.message]), ...which].join('; ');
}
