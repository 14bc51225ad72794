import { ApplicationFailure } from '@temporalio/common';
import { CancelledFailure } from '@temporalio/workflow';
import type { EndedAttempt } from '../../activities/steps/control-contract.ts';
import { isMapped, type DagDefinition } from '../../dag/definition.ts';
import type { TaskError } from '../../dag/outcome.ts';
import type { RunState, TaskState } from '../../dag/states.ts';
import type { CallbackDesk } from './callbacks.ts';
import { failureTypes } from './failures.ts';
import type { RunStatus, TaskStatus } from './queries.ts';
import type { RunBook } from './run-book.ts';

const cancelledType = 'Cancelled';

/** How a run's tasks came to their end. */
export interface TasksEnd {
  readonly cancelled: boolean;
  /** Why they were ended before their time, where they were. */
  readonly ending: Ending | undefined;
}

/** Why a run is ended before its tasks are through: the error of those that have begun. */
export interface Ending {
  readonly type: (typeof failureTypes)['runTimeout' | 'failFast' | 'marked' | 'fullHistory'];
  readonly message: string;
}

/** What a run that succeeded gives back, and what one that failed carries in its failure. */
export interface RunResult {
  readonly state: Extract<RunState, 'success' | 'failed'>;
  /** State of every task; of a mapped one, a list in index order. */
  readonly tasks: Readonly<Record<string, TaskState | readonly TaskState[]>>;
}

/** Why a run whose tasks are through has failed; `null` when it has not. */
export function errorOf({ plan, statuses }: RunBook, { cancelled, ending }: TasksEnd): TaskError | null {
  if (cancelled) return { type: cancelledType, message: 'the run was cancelled' };
  if (plan.runState() === 'success' && ending === undefined) return null;
  return { type: failureTypes.run, message: whatFailed(statuses(), ending) };
}

/** Why the run of a slot that was run before failed then; `null` when it did not. */
export function errorBefore({ state, message = 'the run failed' }: EndedAttempt): TaskError | null {
  return state === 'success' ? null : { type: failureTypes.run, message };
}

/** What the page of a run says where its slot had been run before; Markdown. */
export function endedBeforeText({ attempt, state, end }: EndedAttempt): string {
  return `**not run again**: attempt ${attempt} of this run ended as ${state} at ${end}; \`tw tasks clear\` has tasks of it run again`;
}

/** How all tasks of a run ended. */
export function resultOf(definition: DagDefinition, { plan }: RunBook, state: RunResult['state']): RunResult {
  const states = definition.tasks.map((task) => {
    const all = plan.states(task.id);
    return [task.id, isMapped(task) ? [...all] : (all[0] ?? 'none')] as const;
  });
  return { state, tasks: Object.fromEntries(states) };
}

/** Ends the workflow of a run: gives its result back, or throws what it failed with. */
export function conclude(result: RunResult, error: TaskError | null, problems?: readonly string[]): RunResult {
  if (error === null) return result;
  const { type, message } = error;
  if (type === cancelledType) throw new CancelledFailure(message, [result]);
  throw ApplicationFailure.create({ type, message, nonRetryable: true, details: [problems ?? result] });
}

/** Where a run is, and what went wrong in its callbacks, where something did. */
export function withTroubles(status: RunStatus, { troubles }: CallbackDesk): RunStatus {
  return troubles().length === 0 ? status : { ...status, callbackTroubles: troubles() };
}

function whatFailed(statuses: readonly TaskStatus[], ending: Ending | undefined): string {
  // One that could not be mapped has an error without having run.
  const failed = statuses.filter(({ state, error }) => state === 'failed' || (state === 'upstream_failed' && error));
  const told = failed.slice(0, 5).map(({ label, error }) => `${label} (${error?.message ?? 'unknown'})`);
  const more = failed.length > told.length ? [`and ${failed.length - told.length} more`] : [];
  const which = failed.length === 0 ? [] : [`failed: ${[...told, ...more].join('; ')}`];
  return [...(ending === undefined ? [] : [ending.message]), ...which].join('; ');
}
