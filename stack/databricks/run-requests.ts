import { z } from 'zod';
import { invalidParameter } from './api-error.ts';
import { flag, integer, natural, parseRequest, scalar, texts, type JsonObject } from './fields.ts';
import { maxConcurrentRuns, withValues, type RepairOrder, type RunOrder } from './run-order.ts';
import type { Job, JobParameter } from './run-model.ts';
import { checkTasks, taskSchema, workFields, type TaskSpec } from './task-spec.ts';

const maxNotebookParamBytes = 10_000;
const jobParametersSchema = texts('job_parameters', 1_048_576);
const notebookParamsSchema = texts('notebook_params', maxNotebookParamBytes);

const tokenSchema = z
  .string()
  .max(64, { error: 'The idempotency token must not have more than 64 characters.' })
  .min(1, { error: 'The idempotency token must not be empty.' });

const gitSourceSchema = z.looseObject({ git_url: z.string(), git_provider: z.string() });

const queueSchema = z.looseObject({ enabled: flag.optional() });

const submitSchema = z.looseObject({
  ...workFields,
  run_name: scalar.optional(),
  tasks: z.array(taskSchema).optional(),
  idempotency_token: tokenSchema.optional(),
  git_source: gitSourceSchema.optional(),
});

const parametersSchema = z.array(z.looseObject({ name: z.string(), default: scalar }));

const jobSettingsSchema = z.looseObject({
  ...workFields,
  name: scalar.optional(),
  tasks: z.array(taskSchema).optional(),
  job_clusters: z.array(z.looseObject({ job_cluster_key: z.string() })).optional(),
  max_concurrent_runs: natural.optional(),
  parameters: parametersSchema.optional(),
  queue: queueSchema.optional(),
  git_source: gitSourceSchema.optional(),
});

const runNowSchema = z.looseObject({
  job_id: integer,
  idempotency_token: tokenSchema.optional(),
  job_parameters: jobParametersSchema.optional(),
  notebook_params: notebookParamsSchema.optional(),
  only: z.array(z.string()).optional(),
  queue: queueSchema.optional(),
});

const repairSchema = z.looseObject({
  run_id: integer,
  rerun_tasks: z.array(z.string()).optional(),
  rerun_all_failed_tasks: flag.optional(),
  rerun_dependent_tasks: flag.optional(),
  latest_repair_id: integer.optional(),
  job_parameters: jobParametersSchema.optional(),
  notebook_params: notebookParamsSchema.optional(),
});

/** Who asks, and what is here. */
export interface RequestContext {
  readonly userName: string;
  readonly hasCluster: (clusterId: string) => boolean;
}

/** Key of the one task of a run that was asked for without tasks. */
const flatTaskKey = 'main';

type Work = Readonly<z.output<typeof submitSchema> | z.output<typeof jobSettingsSchema>>;

/** The tasks of either form: `tasks[]`, or the work's fields beside the others, as Airflow and older clients send it. */
function tasksOf(work: Work): { readonly flat: boolean; readonly tasks: readonly TaskSpec[] } {
  if (work.tasks !== undefined && work.tasks.length > 0) {
    if (work.notebook_task !== undefined) {
      throw invalidParameter('Only one of tasks or notebook_task can be specified.');
    }
    return { flat: false, tasks: work.tasks };
  }
  const fields = Object.entries(work).filter(([name, value]) => value !== undefined && isOfTask(name));
  return { flat: true, tasks: [parseRequest(taskSchema, { ...Object.fromEntries(fields), task_key: flatTaskKey })] };
}

function isOfTask(name: string): boolean {
  return name.endsWith('_task') || ['existing_cluster_id', 'new_cluster', 'libraries'].includes(name);
}

/** Fields of a request that are shown with the run. */
function shownOf(work: JsonObject): JsonObject {
  const names = ['git_source', 'job_clusters', 'description', 'queue', 'tags'];
  return Object.fromEntries(names.flatMap((name) => (work[name] === undefined ? [] : [[name, work[name]]])));
}

/** Reads runs/submit. */
export function parseSubmit(body: unknown, context: RequestContext): RunOrder {
  const request = parseRequest(submitSchema, body);
  const { flat, tasks } = tasksOf(request);
  checkTasks(tasks, { hasCluster: context.hasCluster, jobClusters: [] });
  return {
    type: 'SUBMIT_RUN',
    flat,
    name: request.run_name ?? 'Untitled',
    creator: context.userName,
    tasks,
    timeoutSeconds: request.timeout_seconds ?? 0,
    jobParameters: [],
    notebookParams: {},
    shown: shownOf(request),
    token: request.idempotency_token,
  };
}

/** Checks a job's settings and returns them as they are kept: always with `tasks[]`. */
export function parseJobSettings(body: unknown, context: RequestContext): JsonObject {
  const settings = parseRequest(jobSettingsSchema, body);
  const { flat, tasks } = tasksOf(settings);
  checkTasks(tasks, {
    hasCluster: context.hasCluster,
    jobClusters: (settings.job_clusters ?? []).map(({ job_cluster_key: key }) => key),
  });
  const kept = Object.fromEntries(Object.entries(settings).filter(([name]) => !flat || !isOfTask(name)));
  return {
    ...kept,
    name: settings.name ?? 'Untitled',
    max_concurrent_runs: settings.max_concurrent_runs ?? 1,
    timeout_seconds: settings.timeout_seconds ?? 0,
    format: flat ? 'SINGLE_TASK' : 'MULTI_TASK',
    tasks,
  };
}

/** Reads jobs/run-now; `jobOf` finds the job. */
export function parseRunNow(body: unknown, jobOf: (jobId: number) => Job, context: RequestContext): RunOrder {
  const request = parseRequest(runNowSchema, body);
  const job = jobOf(request.job_id);
  const settings = parseRequest(jobSettingsSchema, job.settings);
  if (request.job_parameters !== undefined && request.notebook_params !== undefined) {
    throw invalidParameter('Only one of job_parameters or notebook_params can be specified.');
  }
  const all = settings.tasks ?? [];
  const strange = request.only?.find((key) => !all.some((task) => task.task_key === key));
  if (strange !== undefined) throw invalidParameter(`Task ${strange} does not exist in job ${job.jobId}.`);
  const chosen = all.filter((task) => request.only === undefined || request.only.includes(task.task_key));
  // A task that was chosen does not wait for one that was not.
  const keys = new Set(chosen.map((task) => task.task_key));
  const tasks = chosen.map((task) =>
    task.depends_on === undefined
      ? task
      : { ...task, depends_on: task.depends_on.filter((upstream) => keys.has(upstream.task_key)) },
  );
  const parameters: readonly JobParameter[] = (settings.parameters ?? []).map((one) => ({
    name: one.name,
    default: one.default,
  }));
  return {
    type: 'JOB_RUN',
    flat: job.settings['format'] === 'SINGLE_TASK',
    jobId: job.jobId,
    name: settings.name ?? 'Untitled',
    creator: context.userName,
    tasks,
    timeoutSeconds: settings.timeout_seconds ?? 0,
    jobParameters: withValues(parameters, request.job_parameters ?? {}),
    notebookParams: request.notebook_params ?? {},
    shown: shownOf(job.settings),
    token: request.idempotency_token,
    limit: { runs: maxConcurrentRuns(job), queue: (request.queue ?? settings.queue)?.enabled === true },
  };
}

/** Reads runs/repair. */
export function parseRepair(body: unknown): RepairOrder {
  const request = parseRequest(repairSchema, body);
  const all = request.rerun_all_failed_tasks === true;
  const named = request.rerun_tasks ?? [];
  if (all === named.length > 0) {
    throw invalidParameter('Exactly one of rerun_tasks or rerun_all_failed_tasks must be specified.');
  }
  return {
    runId: request.run_id,
    tasks: all ? 'failed' : named,
    latestRepairId: request.latest_repair_id,
    dependents: request.rerun_dependent_tasks === true,
    jobParameters: request.job_parameters ?? {},
    notebookParams: request.notebook_params,
  };
}
