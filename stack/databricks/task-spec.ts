import { z } from 'zod';
import { invalidParameter } from './api-error.ts';
import { flag, integer, natural, scalar, texts } from './fields.ts';

/** When a task runs, by how those ended that it depends on. */
export const runConditions = [
  'ALL_SUCCESS',
  'ALL_DONE',
  'NONE_FAILED',
  'AT_LEAST_ONE_SUCCESS',
  'ALL_FAILED',
  'AT_LEAST_ONE_FAILED',
] as const;

/** One of {@link runConditions}. */
export type RunCondition = (typeof runConditions)[number];

const maxParameterBytes = 1_048_576;
const maxTasks = 1_000;

const notebookTaskSchema = z.looseObject({
  notebook_path: scalar,
  source: z.enum(['WORKSPACE', 'GIT']).optional(),
  base_parameters: texts('base_parameters', maxParameterBytes).optional(),
});

const librarySchema = z.looseObject({ pypi: z.looseObject({ package: scalar }).optional() });

const newClusterSchema = z.looseObject({ spark_version: scalar, num_workers: natural.optional() });

/** What a task and the flat form of a run have in common. */
export const workFields = {
  notebook_task: notebookTaskSchema.optional(),
  existing_cluster_id: scalar.optional(),
  new_cluster: newClusterSchema.optional(),
  libraries: z.array(librarySchema).optional(),
  timeout_seconds: natural.optional(),
};

/** A task of a run or a job, as the API has it; fields that nobody reads here are kept and shown again. */
export const taskSchema = z.looseObject({
  ...workFields,
  task_key: z
    .string()
    .regex(
      /^[\w-]{1,100}$/,
      'The task key may only contain alphanumeric characters, dashes and underscores, at most 100',
    ),
  job_cluster_key: scalar.optional(),
  environment_key: scalar.optional(),
  depends_on: z.array(z.looseObject({ task_key: z.string() })).optional(),
  run_if: z.enum(runConditions).optional(),
  max_retries: integer.optional(),
  min_retry_interval_millis: natural.optional(),
  retry_on_timeout: flag.optional(),
  disabled: flag.optional(),
});

/** A task as {@link taskSchema} gives it. */
export type TaskSpec = Readonly<z.output<typeof taskSchema>>;

/** Kinds of tasks that the service knows and that are not run here. */
const foreignTask = /^(?!notebook_task$|tasks$)[a-z_]+_task$/;

/** What the checks of tasks ask for. */
export interface TaskSurroundings {
  readonly hasCluster: (clusterId: string) => boolean;
  /** Keys of the job's own clusters. */
  readonly jobClusters: readonly string[];
}

/**
 * Checks what a schema cannot say of tasks together: keys, dependencies, clusters, kinds. Throws the API's 400, also for a
 * kind of task that is not run here: to accept one and never to run it would be worse.
 */
export function checkTasks(tasks: readonly TaskSpec[], surroundings: TaskSurroundings): void {
  if (tasks.length === 0) throw invalidParameter('At least one task must be specified.');
  if (tasks.length > maxTasks) throw invalidParameter(`The number of tasks must not exceed ${maxTasks}.`);
  const keys = new Set<string>();
  for (const task of tasks) {
    if (keys.has(task.task_key)) throw invalidParameter(`Duplicate task key: ${task.task_key}`);
    keys.add(task.task_key);
  }
  for (const task of tasks) {
    checkTask(task, surroundings);
    for (const { task_key: upstream } of task.depends_on ?? []) {
      if (!keys.has(upstream)) {
        throw invalidParameter(`Task ${task.task_key} depends on task ${upstream}, which does not exist.`);
      }
    }
  }
  const cycle = findCycle(tasks);
  if (cycle !== undefined) throw invalidParameter(`The dependencies of task ${cycle} form a cycle.`);
}

function checkTask(task: TaskSpec, { hasCluster, jobClusters }: TaskSurroundings): void {
  const name = `Task ${task.task_key}`;
  const foreign = Object.keys(task).find((field) => foreignTask.test(field) && task[field] !== undefined);
  if (foreign !== undefined) {
    throw invalidParameter(`${name}: databricks-local runs notebook tasks alone, and this is a ${foreign}.`);
  }
  if (task.notebook_task === undefined) throw invalidParameter(`${name}: Missing required field: notebook_task`);
  const { notebook_path: path, source } = task.notebook_task;
  if (source !== 'GIT' && !path.startsWith('/')) {
    throw invalidParameter(
      `Only absolute paths are currently supported. Paths must begin with '/'. Invalid notebook path: ${path}`,
    );
  }
  const clusters = [task.existing_cluster_id, task.new_cluster, task.job_cluster_key, task.environment_key];
  if (clusters.filter((one) => one !== undefined).length > 1) {
    throw invalidParameter(
      `${name}: Only one of existing_cluster_id, new_cluster, job_cluster_key or environment_key can be specified.`,
    );
  }
  const { existing_cluster_id: cluster, job_cluster_key: jobCluster } = task;
  if (cluster !== undefined && !hasCluster(cluster)) throw invalidParameter(`Cluster ${cluster} does not exist`);
  if (jobCluster !== undefined && !jobClusters.includes(jobCluster)) {
    throw invalidParameter(`${name}: Job cluster '${jobCluster}' is not defined in field 'job_clusters'.`);
  }
  const strange = task.libraries?.find(({ pypi }) => pypi === undefined);
  if (strange !== undefined) {
    throw invalidParameter(
      `${name}: databricks-local installs pypi libraries alone, and this is ${Object.keys(strange).join(', ')}.`,
    );
  }
  const packageName = task.libraries?.map(({ pypi }) => pypi?.package ?? '').find((text) => !/^[A-Za-z0-9]/.test(text));
  if (packageName !== undefined) throw invalidParameter(`${name}: Invalid pypi package: ${packageName}`);
}

/** A task of a cycle; `undefined` when there is none. Takes away what depends on nothing until nothing changes. */
function findCycle(tasks: readonly TaskSpec[]): string | undefined {
  const waiting = new Map(tasks.map((task) => [task.task_key, new Set(upstreamOf(task))]));
  const dependents = new Map<string, string[]>();
  for (const task of tasks) {
    for (const upstream of upstreamOf(task))
      dependents.set(upstream, [...(dependents.get(upstream) ?? []), task.task_key]);
  }
  const free = tasks.filter((task) => upstreamOf(task).length === 0).map(({ task_key: key }) => key);
  for (let key = free.pop(); key !== undefined; key = free.pop()) {
    waiting.delete(key);
    for (const dependent of dependents.get(key) ?? []) {
      const left = waiting.get(dependent);
      left?.delete(key);
      if (left?.size === 0) free.push(dependent);
    }
  }
  return waiting.keys().next().value;
}

/** Keys of the tasks that a task waits for, each once. */
export function upstreamOf(task: TaskSpec): readonly string[] {
  return [...new Set((task.depends_on ?? []).map(({ task_key: key }) => key))];
}
