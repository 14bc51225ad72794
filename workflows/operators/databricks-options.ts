import type { Duration } from '../../dag/duration.ts';
import { millisecondsOf } from './milliseconds.ts';

/** JSON by the names of the Jobs API, for what has no option of its own. */
export type ApiJson = Readonly<Record<string, unknown>>;

/** Where a notebook runs: on a cluster that is there, on a new one, or, with neither, on the cluster of the settings, or serverless. */
export interface ComputeOptions {
  readonly existingClusterId?: string;
  /** A cluster for this run alone, as the Jobs API describes it: `{ spark_version, node_type_id, num_workers }`. */
  readonly newCluster?: ApiJson;
  /** Key of an environment of the run (serverless). */
  readonly environmentKey?: string;
  /** As the Jobs API describes them: `{ pypi: { package: 'pandas==2.2.3' } }`. */
  readonly libraries?: readonly ApiJson[];
}

/** A notebook, and what it is given. */
export interface NotebookOptions extends ComputeOptions {
  /** Path in the workspace, or with `gitSource` in the repository, without `.py`. */
  readonly notebookPath: string;
  /** Values of its widgets. */
  readonly baseParameters?: Readonly<Record<string, string>>;
  /** How long it may run on Databricks. The task's `executionTimeout` bounds it as well, the time in a queue included. */
  readonly timeout?: Duration;
}

/** What a one-time run may be told beside its tasks. */
export interface SubmitOptions {
  /** For people; DAG, task and run by default. */
  readonly runName?: string;
  /** A Git repository that the notebooks are in: `{ git_url, git_provider, git_branch }`. */
  readonly gitSource?: ApiJson;
  /** Environments of serverless tasks. */
  readonly environments?: readonly ApiJson[];
  /** Anything else of the Jobs API's body. What an option says goes before it. */
  readonly json?: ApiJson;
}

/** The notebook's task by the names of the Jobs API. */
export function notebookTask(taskKey: string, options: NotebookOptions, isInGit: boolean): ApiJson {
  const { notebookPath, baseParameters, timeout } = options;
  return {
    task_key: taskKey,
    notebook_task: {
      notebook_path: notebookPath,
      source: isInGit ? 'GIT' : 'WORKSPACE',
      ...(baseParameters !== undefined && { base_parameters: baseParameters }),
    },
    ...computeOf(options),
    ...(timeout !== undefined && { timeout_seconds: Math.ceil(millisecondsOf('timeout', timeout) / 1_000) }),
  };
}

/** Where a task runs, by the names of the Jobs API. */
export function computeOf({ existingClusterId, newCluster, environmentKey, libraries }: ComputeOptions): ApiJson {
  return {
    ...(existingClusterId !== undefined && { existing_cluster_id: existingClusterId }),
    ...(newCluster !== undefined && { new_cluster: newCluster }),
    ...(environmentKey !== undefined && { environment_key: environmentKey }),
    ...(libraries !== undefined && { libraries }),
  };
}

/** The body of `runs/submit`. */
export function submitBody(runName: string, tasks: readonly ApiJson[], options: SubmitOptions): ApiJson {
  const { gitSource, environments, json = {} } = options;
  return {
    ...json,
    run_name: options.runName ?? runName,
    tasks,
    ...(gitSource !== undefined && { git_source: gitSource }),
    ...(environments !== undefined && { environments }),
  };
}
