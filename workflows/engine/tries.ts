import { isCancellation, log, sleep } from '@temporalio/workflow';
import type { RunContext, TaskDefinition, TaskEventName } from '../../dag/definition.ts';
import type { TaskState } from '../../dag/states.ts';
import type { CallbackDesk } from './callbacks.ts';
import { taskLabel, withinTask } from './current-task.ts';
import type { Deadlines } from './deadlines.ts';
import { diagnose, type Diagnosis } from './failures.ts';
import { payloadText } from './payload-size.ts';
import { retryDelayAfter } from './retry-delay.ts';
import type { TaskRecord } from './task-record.ts';
import { openTry, type TryScope } from './try-scope.ts';
import { openWaiting } from './waiting.ts';

/** What the tries of a task instance work with. */
export interface Trying {
  readonly task: TaskDefinition;
  readonly record: TaskRecord;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly context: RunContext;
  readonly deadlines: Deadlines;
  readonly callbacks: CallbackDesk;
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
export function tryTask(trying: Trying, tryNumber = 1, since = Date.now()): void {
  const { task, record, deadlines, callbacks, onState, onDefect } = trying;
  const label = taskLabel(record.taskId, record.mapLabel);
  const start = Date.now();
  record.tries.push({ tryNumber, start, end: null, state: 'running', error: null });
  callbacks.tellTask(task, record, 'execute');
  onState('running');
  const scope = openTry(deadlines, task.executionTimeout);
  const succeeded = (value: unknown): void =>
    scope.close(
      true,
      () => {
        let kept: unknown;
        try {
          kept = asKept(payloadText(`${label}: the result`, value));
        } catch (thrown) {
          afterFailure(trying, tryNumber, start, since, diagnose(thrown));
          return;
        }
        record.value = kept;
        close(trying, tryNumber, start, 'success', null);
      },
      onDefect,
    );
  const failed = (thrown: unknown): void =>
    scope.close(false, () => afterFailure(trying, tryNumber, start, since, diagnose(scope.reason(thrown))), onDefect);
  let result: unknown;
  try {
    result = scope.run(() => runTask(trying, tryNumber, label, scope, since));
  } catch (thrown) {
    failed(thrown);
    return;
  }
  if (!isPromiseLike(result)) succeeded(result);
  else result.then(orDefect(succeeded, onDefect), orDefect(failed, onDefect));
}

/** A result as whoever needs it is given it: what its JSON says, the same after a re-run, and nobody's to change. */
function asKept(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text, (_, value: unknown) => Object.freeze(value));
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

function runTask(
  { task, record, inputs, context, deadlines, onState }: Trying,
  tryNumber: number,
  label: string,
  { work, clock }: TryScope,
  since: number,
): unknown {
  const { taskId, mapIndex } = record;
  const waiting = openWaiting({ task, record, tryNumber, since, clock, deadlines, onState });
  return withinTask({ taskId, mapIndex, tryNumber, label, work, run: context, waiting }, () =>
    task.run(
      task.items?.[mapIndex],
      inputs,
      Object.assign({ taskId, mapIndex, tryNumber, startDate: new Date() }, context),
    ),
  );
}

function afterFailure(
  trying: Trying,
  tryNumber: number,
  start: number,
  since: number,
  { error, skipped, final }: Diagnosis,
): void {
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
  const delay = retryDelayAfter(task, tryNumber, error, (thrown) =>
    log.warn('a retryPolicy threw; its task is tried again as it would be without one', {
      task: task.id,
      why: String(thrown),
    }),
  );
  if (delay === null) {
    close(trying, tryNumber, start, 'failed', error);
    return;
  }
  close(trying, tryNumber, start, 'up_for_retry', error);
  const again = (): void => tryTask(trying, tryNumber + 1, since);
  const given = (thrown: unknown): void => {
    if (!isCancellation(thrown)) throw thrown;
    close(trying, tryNumber, start, 'failed', error);
  };
  const label = taskLabel(record.taskId, record.mapLabel);
  sleep(Math.max(delay, 1), { summary: `${label}: wait before try ${tryNumber + 1}` }).then(
    orDefect(again, trying.onDefect),
    orDefect(given, trying.onDefect),
  );
}

/** What a try's end is to its task's callbacks. */
const eventOf: Readonly<Partial<Record<TaskState, TaskEventName>>> = {
  success: 'success',
  failed: 'failure',
  up_for_retry: 'retry',
  skipped: 'skipped',
};

function close(
  { task, record, callbacks, onState }: Trying,
  tryNumber: number,
  start: number,
  state: TaskState,
  error: Diagnosis['error'] | null,
): void {
  record.tries[tryNumber - 1] = { tryNumber, start, end: Date.now(), state, error };
  if (state === 'success' || state === 'skipped') record.error = null;
  const event = eventOf[state];
  if (event !== undefined) callbacks.tellTask(task, record, event);
  onState(state);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
