import { invalidParameter } from './api-error.ts';
import { currentTaskRuns, type Job, type JobParameter, type Run, type TaskRun } from './run-model.ts';
import { classOf } from './run-outcome.ts';
import type { TaskSpec } from './task-spec.ts';

/** What a new run is made of. */
export interface RunOrder extends Pick<
  Run,
  | 'type'
  | 'flat'
  | 'name'
  | 'creator'
  | 'tasks'
  | 'timeoutSeconds'
  | 'jobParameters'
  | 'notebookParams'
  | 'shown'
  | 'token'
> {
  /** The job; a submitted run gets an id for it. */
  readonly jobId?: number | undefined;
  /** Runs of the job that may go on at once, and whether others wait for their turn. */
  readonly limit?: { readonly runs: number; readonly queue: boolean } | undefined;
}

/** Which tasks of a run to run again. */
export interface RepairOrder {
  readonly runId: number;
  /** Keys, or all that did not succeed. */
  readonly tasks: readonly string[] | 'failed';
  readonly latestRepairId?: number | undefined;
  readonly dependents: boolean;
  readonly jobParameters: Readonly<Record<string, string>>;
  readonly notebookParams: Readonly<Record<string, string>> | undefined;
}

/** A task's run and what it belongs to. */
export interface FoundTaskRun {
  readonly run: Run;
  readonly task: TaskSpec;
  readonly taskRun: TaskRun;
}

/** Runs of a job that may go on at once. */
export function maxConcurrentRuns({ settings }: Job): number {
  const value = settings['max_concurrent_runs'];
  return typeof value === 'number' ? value : 1;
}

/** Job parameters with the values of a request laid over them. */
export function withValues(
  parameters: readonly JobParameter[],
  values: Readonly<Record<string, string>>,
): readonly JobParameter[] {
  const known = new Set(parameters.map(({ name }) => name));
  const added = Object.keys(values).filter((name) => !known.has(name));
  return [...parameters, ...added.map((name) => ({ name, default: '' }))].map((one) => {
    const value = values[one.name];
    return value === undefined ? one : { ...one, value };
  });
}

/** Keys of the tasks that a repair runs again, in their order. Throws the API's 400 for one that the run does not have. */
export function tasksToRepair(run: Run, order: RepairOrder): readonly string[] {
  const known = new Set(run.tasks.map(({ task_key: key }) => key));
  if (order.tasks === 'failed') {
    return currentTaskRuns(run)
      .filter(({ end }) => end === undefined || !['success', 'excluded'].includes(classOf(end)))
      .map(({ taskKey }) => taskKey);
  }
  const strange = order.tasks.find((key) => !known.has(key));
  if (strange !== undefined) throw invalidParameter(`Task ${strange} does not exist in run ${run.runId}.`);
  const wanted = new Set(order.tasks);
  if (order.dependents) {
    for (let size = -1; size !== wanted.size;) {
      size = wanted.size;
      for (const { task_key: key, depends_on: upstream } of run.tasks) {
        if (upstream?.some((one) => wanted.has(one.task_key))) wanted.add(key);
      }
    }
  }
  return [...known].filter((key) => wanted.has(key));
}
