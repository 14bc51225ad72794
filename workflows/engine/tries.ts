import { isCancellation } from '@temporalio/workflow';
import type { RunContext, TaskDefinition, TaskEventName } from '../../dag/definition.ts';
import type { TaskError } from '../../dag/outcome.ts';
import type { TaskState } from '../../dag/states.ts';
import type { CallbackDesk } from './callbacks.ts';
import { taskLabel, type TaskHost, type Deadlines } from './current-task.ts';
import { diagnose, type Diagnosis } from './failures.ts';
import { asKept, payloadText } from './payload-size.ts';
import { retryDelayAfter } from './retry-delay.ts';
import type { Failing, Interruption, Stops } from './stops.ts';
import type { TaskRecord } from './task-record.ts';
import { openTry, type TryScope } from './try-scope.ts';
import { openWaiting } from './waiting.ts';

/** What the tries of a task instance work with. */
export interface Trying {
  readonly task: TaskDefinition;
  readonly record: TaskRecord;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly context: RunContext;
  readonly host: TaskHost;
  readonly deadlines: Deadlines;
  readonly callbacks: CallbackDesk;
  readonly stops: Stops;
  /** Told of every change of state, the last one included. */
  readonly onState: (state: TaskState) => void;
  /** Told, instead of the last state, that what the task did has been ended by hand, and that nothing of it runs any more. */
  readonly onInterrupted: () => void;
  /** Begins another try, at once or when there is a slot for it. */
  readonly whenFree: (begin: () => void) => void;
  /** Takes the instance's slots of pools again, which it gave back while it waited; absent for a task that needs none. */
  readonly regain: ((onTaken: () => void) => void) | undefined;
  /** Told of a defect of the engine itself, which no try may hide. */
  readonly onDefect: (error: unknown) => void;
  /** Whether the whole run was cancelled, or ended. */
  readonly isCancelled: () => boolean;
}

/**
 * Tries a task until it has ended: Airflow's retries, with durable timers between them. The attempts inside one try are
 * Temporal's. Whatever a `run` throws is the end of a try.
 *
 * In callbacks, not in async functions, and one `then` a try: the SDK notes a stack for every promise of a workflow, and they
 * are most of what a task would cost here.
 */
export function tryTask(trying: Trying, tryNumber = trying.record.tries.length + 1, since = trying.host.now()): void {
  const { task, record, host, deadlines, callbacks, stops, onState, onDefect } = trying;
  const label = taskLabel(record.taskId, record.mapLabel);
  const start = host.now();
  record.tries.push({ tryNumber, start, end: null, state: 'running', error: null });
  callbacks.tellTask(task, record, 'execute');
  onState('running');
  const scope = openTry(host.openScope(), deadlines, task.executionTimeout);
  // Held, since what is told it later is known where it ends.
  const stopped: { by?: Failing | Interruption } = {};
  const release = stops.follow(task, record, (stop) => {
    // Who has cleared or marked it meant to decide what becomes of it.
    if (stopped.by?.kind !== 'interruption' || stop.kind === 'interruption') stopped.by = stop;
    scope.cancel();
  });
  const succeeded = (value: unknown): void =>
    scope.close(
      true,
      () => {
        release();
        if (stopped.by?.kind === 'interruption') {
          interrupted(trying, tryNumber, start, stopped.by);
          return;
        }
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
    scope.close(
      false,
      () => {
        release();
        const { by } = stopped;
        if (by === undefined) afterFailure(trying, tryNumber, start, since, diagnose(scope.reason(thrown)));
        else if (by.kind === 'failing') fail(trying, tryNumber, start, by.error);
        else interrupted(trying, tryNumber, start, by);
      },
      onDefect,
    );
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
  { task, record, inputs, context, host, deadlines, onState, regain }: Trying,
  tryNumber: number,
  label: string,
  { work, clock }: TryScope,
  since: number,
): unknown {
  const { taskId, mapIndex } = record;
  const waiting = openWaiting({ task, record, tryNumber, since, clock, deadlines, onState, regain, host });
  return host.within({ taskId, mapIndex, tryNumber, label, queue: task.queue, work, run: context, host, waiting }, () =>
    task.run(
      task.items?.[mapIndex],
      inputs,
      Object.assign({ taskId, mapIndex, tryNumber, startDate: new Date(host.now()) }, context),
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
  const { task, record, host, stops, isCancelled } = trying;
  if (skipped) {
    // Its record has no error, so the try's log alone knows why.
    const { taskId, mapIndex } = record;
    host.info('task skipped itself', { task: taskId, mapIndex, try: tryNumber, why: error.message });
    close(trying, tryNumber, start, 'skipped', null);
    return;
  }
  if (final || isCancelled() || tryNumber > record.maxTries) {
    fail(trying, tryNumber, start, error);
    return;
  }
  record.error = error;
  const { context } = trying;
  const place = `${context.dagId}#${context.runId}#${record.taskId}#${record.mapIndex}`;
  const delay = retryDelayAfter(task, tryNumber, error, place, (thrown) =>
    host.warn('a retryPolicy threw; its task is tried again as it would be without one', {
      task: task.id,
      why: String(thrown),
    }),
  );
  if (delay === null) {
    fail(trying, tryNumber, start, error);
    return;
  }
  const { taskId, mapIndex } = record;
  host.warn('try failed, and is followed by another', {
    task: taskId,
    mapIndex,
    try: tryNumber,
    type: error.type,
    error: error.message,
  });
  close(trying, tryNumber, start, 'up_for_retry', error);
  let given = false;
  const giveUp = (): void => {
    release();
    given = true;
    fail(trying, tryNumber, start, error);
  };
  // The timer is left to itself: it finds that there is no further try.
  const release = stops.follow(task, record, (stop) => {
    if (stop.kind === 'failing') {
      giveUp();
      return;
    }
    release();
    given = true;
    endTry(trying, tryNumber, start, 'failed', error);
    trying.onInterrupted();
  });
  const again = (): void => {
    if (!given) trying.whenFree(next);
  };
  const next = (): void => {
    if (given) return;
    if (isCancelled()) {
      giveUp();
      return;
    }
    release();
    tryTask(trying, tryNumber + 1, since);
  };
  const cancelled = (thrown: unknown): void => {
    if (!isCancellation(thrown)) throw thrown;
    if (!given) giveUp();
  };
  const label = taskLabel(record.taskId, record.mapLabel);
  host
    .sleep(Math.max(delay, 1), `${label}: wait before try ${tryNumber + 1}`)
    .then(orDefect(again, trying.onDefect), orDefect(cancelled, trying.onDefect));
}

function interrupted(trying: Trying, tryNumber: number, start: number, { state, error }: Interruption): void {
  endTry(trying, tryNumber, start, state, error);
  trying.onInterrupted();
}

function fail(trying: Trying, tryNumber: number, start: number, error: TaskError): void {
  trying.record.error = error;
  close(trying, tryNumber, start, 'failed', error);
}

/** What a try's end is to its task's callbacks. */
const eventOf: Readonly<Partial<Record<TaskState, TaskEventName>>> = {
  success: 'success',
  failed: 'failure',
  up_for_retry: 'retry',
  skipped: 'skipped',
};

function close(
  trying: Trying,
  tryNumber: number,
  start: number,
  state: TaskState,
  error: Diagnosis['error'] | null,
): void {
  const { task, record, callbacks, onState } = trying;
  endTry(trying, tryNumber, start, state, error);
  if (state === 'success' || state === 'skipped') record.error = null;
  const event = eventOf[state];
  if (event !== undefined) callbacks.tellTask(task, record, event);
  onState(state);
}

function endTry(
  { record, host }: Trying,
  tryNumber: number,
  start: number,
  state: TaskState,
  error: TaskError | null,
): void {
  record.tries[tryNumber - 1] = { tryNumber, start, end: host.now(), state, error };
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
