import { isCancellation, sleep } from '@temporalio/workflow';
import type { RunContext, TaskDefinition } from '../../dag/definition.ts';
import type { TaskState } from '../../dag/states.ts';
import { taskLabel, withinTask } from './current-task.ts';
import type { Deadlines } from './deadlines.ts';
import { diagnose, type Diagnosis } from './failures.ts';
import { checkPayload } from './payload-size.ts';
import type { TaskRecord } from './task-record.ts';
import { limitTry } from './try-limit.ts';

/** What the tries of a task instance work with. */
export interface Trying {
  readonly task: TaskDefinition;
  readonly record: TaskRecord;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly context: RunContext;
  readonly deadlines: Deadlines;
  /** Told of every change of state, the last one included. */
  readonly onState: (state: TaskState) => void;
  /** Told of a defect of the engine itself, which no try may hide. */
  readonly onDefect: (error: unknown) => void;
  /** Whether the whole run was cancelled. */
  readonly isCancelled: () => boolean;
}

/**
 * Tries a task until it has ended: Airflow's retries, with durable timers between them. The attempts inside one try are
 * Temporal's. Whatever a `run` throws is the end of a try.
 *
 * In callbacks, not in async functions, and one `then` a try: the SDK notes a stack for every promise of a workflow, and they
 * are most of what a task would cost here.
 */
export function tryTask(trying: Trying, tryNumber = 1): void {
  const { task, record, deadlines, onState, onDefect } = trying;
  const label = taskLabel(record.taskId, record.mapLabel);
  const start = Date.now();
  record.tries.push({ tryNumber, start, end: null, state: 'running', error: null });
  onState('running');
  const limit = limitTry(deadlines, task.executionTimeout);
  const succeeded = (value: unknown): void => {
    limit.release();
    try {
      checkPayload(`${label}: the result`, value);
    } catch (thrown) {
      failed(thrown);
      return;
    }
    record.value = value;
    close(trying, tryNumber, start, 'success', null);
  };
  const failed = (thrown: unknown): void => {
    limit.release();
    afterFailure(trying, tryNumber, start, diagnose(limit.reason(thrown)));
  };
  let result: unknown;
  try {
    result = limit.run(() => runTask(trying, tryNumber, label));
  } catch (thrown) {
    failed(thrown);
    return;
  }
  if (!isPromiseLike(result)) succeeded(result);
  else result.then(orDefect(succeeded, onDefect), orDefect(failed, onDefect));
}

/** Saves the promise that a `catch` behind a `then` would be. */
function orDefect(act: (value: unknown) => void, onDefect: Trying['onDefect']): (value: unknown) => void {
  return (value) => {
    try {
      act(value);
    } catch (error) {
      onDefect(error);
    }
  };
}

function runTask({ task, record, inputs, context }: Trying, tryNumber: number, label: string): unknown {
  const { taskId, mapIndex } = record;
  return withinTask({ taskId, mapIndex, tryNumber, label }, () =>
    task.run(task.items?.[mapIndex], inputs, Object.assign({ taskId, mapIndex, tryNumber }, context)),
  );
}

function afterFailure(trying: Trying, tryNumber: number, start: number, { error, skipped, final }: Diagnosis): void {
  const { task, record, isCancelled } = trying;
  if (skipped) {
    close(trying, tryNumber, start, 'skipped', null);
    return;
  }
  record.error = error;
  if (final || isCancelled() || tryNumber > task.retries) {
    close(trying, tryNumber, start, 'failed', error);
    return;
  }
  close(trying, tryNumber, start, 'up_for_retry', error);
  const delay = Math.min(task.retryDelay * task.retryBackoff ** (tryNumber - 1), task.maxRetryDelay);
  const again = (): void => tryTask(trying, tryNumber + 1);
  const given = (thrown: unknown): void => {
    if (!isCancellation(thrown)) throw thrown;
    trying.onState('failed');
  };
  const label = taskLabel(record.taskId, record.mapLabel);
  sleep(Math.max(delay, 1), { summary: `${label}: wait before try ${tryNumber + 1}` }).then(
    orDefect(again, trying.onDefect),
    orDefect(given, trying.onDefect),
  );
}

function close(
  { record, onState }: Trying,
  tryNumber: number,
  start: number,
  state: TaskState,
  error: Diagnosis['error'] | null,
): void {
  record.tries[tryNumber - 1] = { tryNumber, start, end: Date.now(), state, error };
  if (state === 'success' || state === 'skipped') record.error = null;
  onState(state);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
