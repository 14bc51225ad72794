import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { RunContext, TaskDefinition } from '../../dag/definition.ts';
import { durationText } from '../../dag/duration.ts';
import type { TaskError } from '../../dag/outcome.ts';
import type { TaskState } from '../../dag/states.ts';
import { taskLabel, withinTask } from './current-task.ts';
import { diagnose, failureTypes } from './failures.ts';
import { checkPayload } from './payload-size.ts';
import type { TaskRecord } from './task-record.ts';

/** What the tries of a task instance work with. */
export interface Trying {
  readonly task: TaskDefinition;
  readonly record: TaskRecord;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly context: RunContext;
  /** Told of every change of state on the way to the end, which is returned. */
  readonly onState: (state: TaskState) => void;
  /** Whether the whole run was cancelled. */
  readonly isCancelled: () => boolean;
}

type End = 'success' | 'failed' | 'skipped';

interface TryEnd {
  readonly state: End;
  readonly value?: unknown;
  readonly error: TaskError | null;
  readonly final: boolean;
}

/**
 * Tries a task until it has ended: Airflow's retries, with durable timers between them. The attempts inside one try are
 * Temporal's. Never throws: whatever a `run` throws is the end of a try.
 */
export async function tryTask(trying: Trying): Promise<End> {
  const { task, record, onState, isCancelled } = trying;
  for (let tryNumber = 1; ; tryNumber++) {
    const start = Date.now();
    record.tries.push({ tryNumber, start, end: null, state: 'running', error: null });
    onState('running');
    const end = await oneTry(trying, tryNumber);
    const final = end.final || isCancelled() || tryNumber > task.retries;
    const state = end.state === 'failed' && !final ? 'up_for_retry' : end.state;
    record.tries[tryNumber - 1] = { tryNumber, start, end: Date.now(), state, error: end.error };
    record.error = end.error;
    if (state !== 'up_for_retry') {
      record.value = end.value;
      return end.state;
    }
    onState(state);
    if (!(await waited(trying, tryNumber))) return 'failed';
  }
}

async function oneTry({ task, record, inputs, context, isCancelled }: Trying, tryNumber: number): Promise<TryEnd> {
  const { taskId, mapIndex } = record;
  const label = taskLabel(taskId, record.mapLabel);
  const scope = new CancellationScope();
  const watch = new CancellationScope();
  let timedOut = false;
  const limit = task.executionTimeout;
  try {
    if (limit !== null) {
      watch
        .run(() => sleep(limit, { summary: `${label}: executionTimeout` }))
        .then(
          () => {
            timedOut = true;
            scope.cancel();
          },
          () => undefined,
        );
    }
    const value = await scope.run(() =>
      withinTask({ taskId, mapIndex, tryNumber, label }, async () =>
        task.run(task.items?.[mapIndex], inputs, { ...context, taskId, mapIndex, tryNumber }),
      ),
    );
    checkPayload(`${label}: the result`, value);
    return { state: 'success', value, error: null, final: true };
  } catch (thrown) {
    if (timedOut && limit !== null && isCancellation(thrown)) {
      const message = `the try took longer than its executionTimeout of ${durationText(limit)}`;
      return { state: 'failed', error: { type: failureTypes.timeout, message }, final: false };
    }
    const { error, skipped, final } = diagnose(thrown);
    if (skipped) return { state: 'skipped', error: null, final: true };
    return { state: 'failed', error, final: final || isCancelled() };
  } finally {
    watch.cancel();
  }
}

/** Waits before the next try; `false` when the run was cancelled meanwhile. */
async function waited({ task, record, isCancelled }: Trying, tryNumber: number): Promise<boolean> {
  const delay = Math.min(task.retryDelay * task.retryBackoff ** (tryNumber - 1), task.maxRetryDelay);
  const label = taskLabel(record.taskId, record.mapLabel);
  try {
    if (delay > 0) await sleep(delay, { summary: `${label}: wait before try ${tryNumber + 1}` });
  } catch (thrown) {
    if (!isCancellation(thrown)) throw thrown;
  }
  return !isCancelled();
}
