import type { z } from 'zod';
import { taskOfOperator } from '../engine/current-task.ts';
import { failTask } from '../engine/failures.ts';
import { runDatabricksJob } from './databricks-job.ts';
import {
  computeOf,
  notebookTask,
  submitBody,
  type ApiJson,
  type ComputeOptions,
  type NotebookOptions,
  type SubmitOptions,
} from './databricks-options.ts';

/** A notebook to run once. With `output` what it gives to `dbutils.notebook.exit` is read as JSON, and a value that does not fit fails the task. */
export interface DatabricksNotebookOptions extends NotebookOptions, SubmitOptions {}

/** A notebook's run that succeeded. */
export interface DatabricksNotebookResult<Output> {
  readonly runId: number;
  /** Page of the run in the workspace; `null` where Databricks tells none. */
  readonly runPageUrl: string | null;
  /** What the notebook gave to `dbutils.notebook.exit`: read, where `output` says how, else the text; `null` where it gave nothing. */
  readonly output: Output;
}

/**
 * Runs a notebook of a Databricks workspace (Airflow's DatabricksSubmitRunOperator with a notebook task, or DatabricksNotebookOperator) and waits for its end,
 * `deferred`: no worker is busy meanwhile. It runs once in a try, whatever dies; who cancels the task cancels the run, and waits for its end.
 *
 * @example const rows = task('rows', { run: () => databricksNotebook({ notebookPath: '/Shared/clean_pin', output: z.object({ rows: z.int() }) }) });
 */
export function databricksNotebook<Output>(
  options: DatabricksNotebookOptions & { readonly output: z.ZodType<Output> },
): Promise<DatabricksNotebookResult<Output>>;
/** The same, with the notebook's exit value as the text that it is. */
export function databricksNotebook(
  options: DatabricksNotebookOptions,
): Promise<DatabricksNotebookResult<string | null>>;
/** Reads the exit value where the options say how. */
export async function databricksNotebook({
  output: schema,
  ...options
}: DatabricksNotebookOptions & { readonly output?: z.ZodType }): Promise<DatabricksNotebookResult<unknown>> {
  const { notebookPath } = options;
  if (notebookPath === '') failTask('databricksNotebook: notebookPath is empty; give the path of a notebook');
  const { taskId } = taskOfOperator('databricksNotebook');
  const task = notebookTask(keyOf(taskId), options, options.gitSource !== undefined);
  const body = submitBody(runNameOf('databricksNotebook'), [task], options);
  const what = `notebook ${notebookPath}`;
  const ended = await runDatabricksJob('databricksNotebook', { kind: 'submit', body, jobName: null, what, repairs: 0 });
  const text = ended.tasks[0]?.output ?? null;
  const output = schema === undefined ? text : read(what, text, schema);
  return { runId: ended.runId, runPageUrl: ended.pageUrl, output };
}

/** A task of a one-time run. */
export interface DatabricksTaskOptions extends ComputeOptions {
  /** Names it within the run. */
  readonly taskKey: string;
  /** A notebook; or what else the task does, by the names of the Jobs API: `{ spark_python_task: … }`. */
  readonly notebook?: Omit<NotebookOptions, keyof ComputeOptions>;
  readonly json?: ApiJson;
  /** Keys of tasks that come before it. */
  readonly dependsOn?: readonly string[];
  /** When it runs, judged by those: `ALL_SUCCESS` by default. */
  readonly runIf?: string;
}

/** Tasks to run once, in one run. */
export interface DatabricksSubmitOptions extends SubmitOptions {
  readonly tasks: readonly DatabricksTaskOptions[];
  /** How often failed tasks are run again within the run before it has failed; 1 by default. */
  readonly repairs?: number;
}

/** A run that succeeded. */
export interface DatabricksRunResult {
  readonly runId: number;
  readonly runPageUrl: string | null;
  /** What its notebooks gave to `dbutils.notebook.exit`, by task key; `null` for what gave nothing. */
  readonly outputs: Readonly<Record<string, string | null>>;
}

/**
 * Runs several tasks of a Databricks workspace in one run (Airflow's DatabricksSubmitRunOperator with `tasks`). What failed is repaired within the
 * run before a new run is tried.
 *
 * @example task('both', { run: () => databricksSubmitRun({ tasks: [{ taskKey: 'a', notebook: { notebookPath: '/a' } }, { taskKey: 'b', dependsOn: ['a'], notebook: { notebookPath: '/b' } }] }) });
 */
export async function databricksSubmitRun({
  tasks,
  repairs = 1,
  ...options
}: DatabricksSubmitOptions): Promise<DatabricksRunResult> {
  const runName = runNameOf('databricksSubmitRun');
  if (tasks.length === 0) failTask('databricksSubmitRun: tasks is empty; give at least one');
  const body = submitBody(
    runName,
    tasks.map((task) => taskBody(task, options.gitSource !== undefined)),
    options,
  );
  const what = `${tasks.length} tasks`;
  return resultOf(
    await runDatabricksJob('databricksSubmitRun', { kind: 'submit', body, jobName: null, what, repairs }),
  );
}

/** A job of the workspace to run. */
export interface DatabricksRunNowOptions {
  /** The job's id, or its name, which has to be the only one. */
  readonly jobId?: number;
  readonly jobName?: string;
  readonly jobParameters?: Readonly<Record<string, string>>;
  /** Values of widgets, for jobs without job parameters. */
  readonly notebookParams?: Readonly<Record<string, string>>;
  /** Keys of the tasks that run; all by default. */
  readonly only?: readonly string[];
  /** How often failed tasks are run again within the run before it has failed; 1 by default. */
  readonly repairs?: number;
  /** Anything else of the Jobs API's body. What an option says goes before it. */
  readonly json?: ApiJson;
}

/**
 * Runs a job of a Databricks workspace (Airflow's DatabricksRunNowOperator), as `databricksSubmitRun` runs tasks.
 *
 * @example task('nightly', { run: ({}, { dataInterval }) => databricksRunNow({ jobName: 'nightly', jobParameters: { day: dataInterval.start.toISOString() } }) });
 */
export async function databricksRunNow(options: DatabricksRunNowOptions): Promise<DatabricksRunResult> {
  const { jobId, jobName, jobParameters, notebookParams, only, repairs = 1, json = {} } = options;
  if ((jobId === undefined) === (jobName === undefined))
    failTask('databricksRunNow: give jobId or jobName, one of them');
  const body = {
    ...json,
    ...(jobId !== undefined && { job_id: jobId }),
    ...(jobParameters !== undefined && { job_parameters: jobParameters }),
    ...(notebookParams !== undefined && { notebook_params: notebookParams }),
    ...(only !== undefined && { only }),
  };
  const what = `job ${jobName ?? jobId}`;
  const job = { kind: 'run_now', body, jobName: jobName ?? null, what, repairs } as const;
  return resultOf(await runDatabricksJob('databricksRunNow', job));
}

function resultOf({ runId, pageUrl, tasks }: Awaited<ReturnType<typeof runDatabricksJob>>): DatabricksRunResult {
  const outputs = Object.fromEntries(tasks.map(({ taskKey, output }) => [taskKey, output]));
  return { runId, runPageUrl: pageUrl, outputs };
}

function taskBody(task: DatabricksTaskOptions, isInGit: boolean): ApiJson {
  const { taskKey, notebook, json = {}, dependsOn = [], runIf } = task;
  return {
    ...json,
    task_key: taskKey,
    ...(notebook !== undefined && notebookTask(taskKey, notebook, isInGit)),
    ...computeOf(task),
    ...(dependsOn.length > 0 && { depends_on: dependsOn.map((task_key) => ({ task_key })) }),
    ...(runIf !== undefined && { run_if: runIf }),
  };
}

/** A task's id as Databricks takes it: letters, digits, - and _, at most 100. */
function keyOf(taskId: string): string {
  return taskId.replaceAll(/[^\w-]/g, '_').slice(0, 100);
}

function runNameOf(operator: string): string {
  const { run, label } = taskOfOperator(operator);
  return `${label} of ${run.runId}`;
}

function read(what: string, text: string | null, schema: z.ZodType): unknown {
  if (text === null) return failTask(`${what} gave nothing to dbutils.notebook.exit, but its output is awaited`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failTask(`${what} gave no JSON to dbutils.notebook.exit, but '${text.slice(0, 100)}'`);
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  return failTask(`the output of ${what} is not what was awaited: ${issue?.path.join('.')} ${issue?.message}`);
}
