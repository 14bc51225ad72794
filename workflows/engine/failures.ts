import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import type { TaskError } from '../../dag/outcome.ts';

/** Failure types with a meaning of their own, in a workflow's `run` as in an activity. */
export const failureTypes = {
  /** Airflow's AirflowFailException: the task has failed, and no further try is made. */
  failed: 'TaskFailed',
  /** Airflow's AirflowSkipException: the task ends as skipped. */
  skipped: 'TaskSkipped',
  /** A try took longer than its executionTimeout. */
  timeout: 'TaskTimeout',
  /** A sensor's own timeout is over (Airflow's AirflowSensorTimeout): no further try is made. */
  sensorTimeout: 'SensorTimeout',
  /** A run took longer than its dagrunTimeout. */
  runTimeout: 'DagRunTimeout',
  /** A run that a task triggered, and waited for, ended in a state that it does not allow. */
  triggeredRun: 'TriggeredRunFailed',
  /** Another task failed in a run that fails fast. */
  failFast: 'FailFast',
  /** A payload is over the limit; see payload-size.ts. */
  tooLarge: 'PayloadTooLarge',
  /** The DAG is not defined rightly. */
  definition: 'DagDefinitionError',
  /** An update comes while the run asks or keeps something for itself: it may be said again in a moment. */
  busy: 'Busy',
  /** The run was given params that are not right. */
  params: 'InvalidParams',
  /** The run's id is too long for the keys of its objects: nothing of it could be kept. */
  runId: 'InvalidRunId',
  /** Somebody marked the task, or the run, as failed. */
  marked: 'MarkedFailed',
  /** A run was started again, and what it was to go on from is not there. */
  rerun: 'RerunFailed',
  /** Somebody terminated the workflow of a part of a long map: what it was doing is a lost try, as of a zombie in Airflow. */
  partTerminated: 'PartTerminated',
  /** The history of the run, or of a part of it, has come to what it may: see dag/limits.ts. */
  fullHistory: 'FullHistory',
  /** The run's state is failed. */
  run: 'DagRunFailed',
} as const;

/** The error of a task that somebody marked as failed. */
export const markedFailed: TaskError = { type: failureTypes.marked, message: 'it was marked as failed by hand' };

/** Ends the task as failed without another try. */
export function failTask(message: string): never {
  throw ApplicationFailure.create({ type: failureTypes.failed, message, nonRetryable: true });
}

/** Ends the task as skipped. */
export function skip(message = 'the task skipped itself'): never {
  throw ApplicationFailure.create({ type: failureTypes.skipped, message, nonRetryable: true });
}

/** What a try's error says of the task: whether to skip it, and whether another try may help. */
export interface Diagnosis {
  readonly error: TaskError;
  readonly skipped: boolean;
  /** No further try. */
  readonly final: boolean;
}

/** Looks through Temporal's wrapping to the error that happened. */
export function diagnose(thrown: unknown): Diagnosis {
  const root = rootOf(thrown);
  const error = describe(root);
  return {
    error,
    skipped: error.type === failureTypes.skipped,
    final:
      error.type === failureTypes.failed ||
      error.type === failureTypes.sensorTimeout ||
      error.type === failureTypes.tooLarge,
  };
}

function rootOf(thrown: unknown): unknown {
  let root = thrown;
  while ((root instanceof ActivityFailure || root instanceof ChildWorkflowFailure) && root.cause !== undefined) {
    root = root.cause;
  }
  return root;
}

/** Characters of an error that a run keeps: it stands in queries, pages and the run's own failure. */
const longestMessage = 2_000;

function describe(root: unknown): TaskError {
  const { type, message } = describeWhole(root);
  return { type, message: message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message };
}

function describeWhole(root: unknown): TaskError {
  if (root instanceof ApplicationFailure) return { type: root.type ?? 'Error', message: root.message };
  if (root instanceof TimeoutFailure) {
    const last = root.cause instanceof Error ? `; the attempt before: ${root.cause.message}` : '';
    return { type: `Timeout.${root.timeoutType}`, message: `${root.message}${last}` };
  }
  if (root instanceof CancelledFailure) return { type: 'Cancelled', message: root.message || 'cancelled' };
  if (root instanceof Error) return { type: root.name, message: root.message };
  return { type: 'Error', message: String(root) };
}
