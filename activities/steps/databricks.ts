import type { ApiObject, Databricks, DatabricksTaskRun } from '../databricks/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import { claimRun } from './databricks-claim.ts';
import type {
  DatabricksActivities,
  DatabricksTaskEnd,
  NotebookPlace,
  StartDatabricksInput,
} from './databricks-contract.ts';

/** What the steps about Databricks need. */
export interface DatabricksDeps {
  /** Absent where the settings name no workspace. */
  readonly workspace: Databricks | undefined;
  /** Where it is kept which Databricks run is whose. */
  readonly store: ObjectStore;
  /** Namespace of the workflows: run ids are unique within one. */
  readonly namespace: string;
  /** Cluster of notebooks whose task names none; absent: they run serverless. */
  readonly clusterId: string | undefined;
  /** What the pipeline's notebooks are told. */
  readonly place: NotebookPlace;
}

/** What a run was started with, and a repair forgets unless it is told again. */
const parameters = [
  'notebook_params',
  'python_params',
  'python_named_params',
  'jar_params',
  'spark_submit_params',
  'sql_params',
  'dbt_commands',
];

/** Characters of a notebook's exit value that a result takes: more belongs into storage. */
const longestOutput = 500_000;

/** The steps, each with the place that it is called from. */
export type DatabricksSteps = {
  readonly [Name in keyof DatabricksActivities]: (
    input: Parameters<DatabricksActivities[Name]>[0],
    context: Pick<StepContext, 'place' | 'signal'>,
  ) => ReturnType<DatabricksActivities[Name]>;
};

/** Makes the steps about Databricks. Each may be done again, after a lost answer or a lost worker, and has the same effect. */
export function createDatabricksSteps({
  workspace,
  store,
  namespace,
  clusterId,
  place: notebookPlace,
}: DatabricksDeps): DatabricksSteps {
  return {
    placeNotebooks: async () => notebookPlace,
    startDatabricksRun: async (input, { place, signal }) => {
      const databricks = known(workspace);
      const body = await bodyOf(databricks, input, clusterId, signal);
      const { kind, call, execution } = input;
      const runId = await claimRun(store, databricks, {
        place,
        call,
        holder: { execution: execution.id, since: execution.since, tryNumber: place.tryNumber },
        order: JSON.stringify([kind, input.jobName, input.body]),
        namespace,
        start: (idempotency_token) => {
          const order = { ...body, idempotency_token };
          return kind === 'submit' ? databricks.submit(order, signal) : databricks.runNow(order, signal);
        },
        signal,
      });
      return { runId, pageUrl: await pageOf(databricks, runId, signal) };
    },
    findDatabricksEnd: async ({ runId }, { signal }) => {
      const databricks = known(workspace);
      const run = await databricks.run(runId, signal);
      const { verdict, pageUrl, stateText: text, repairIds } = run;
      if (verdict === undefined) return null;
      const tasks: DatabricksTaskEnd[] = [];
      for (const task of run.tasks) tasks.push(await taskEnd(databricks, task, signal));
      return { runId, pageUrl, verdict, text, tasks, repairs: repairIds.length };
    },
    cancelDatabricksRun: async ({ runId }, { signal }) => {
      const databricks = known(workspace);
      const { verdict, stateText } = await databricks.run(runId, signal);
      if (verdict !== undefined) return { text: stateText };
      // Each time: what was asked for while a repair began may not have reached it.
      await databricks.cancel(runId, signal);
      return null;
    },
    repairDatabricksRun: async ({ runId, repairs, body }, { signal }) => {
      const databricks = known(workspace);
      const { repairIds, jobParameters, ...run } = await databricks.run(runId, signal);
      // By an attempt before this one, of which the answer was lost.
      if (run.verdict === undefined || repairIds.length > repairs) return true;
      const latest = repairIds.at(-1);
      try {
        await databricks.repair(
          {
            ...Object.fromEntries(parameters.filter((name) => body[name] != null).map((name) => [name, body[name]])),
            run_id: runId,
            rerun_all_failed_tasks: true,
            ...(latest !== undefined && { latest_repair_id: latest }),
            ...(Object.keys(jobParameters).length > 0 && { job_parameters: jobParameters }),
          },
          signal,
        );
        return true;
      } catch (error) {
        if (!(error instanceof AdapterError) || error.canRetry) throw error;
        const now = await databricks.run(runId, signal);
        return now.verdict === undefined || now.repairIds.length > repairs;
      }
    },
  };
}

/** The page of a run that there is: what keeps it from us must not keep the run from its task. */
async function pageOf(databricks: Databricks, runId: number, signal: AbortSignal): Promise<string | null> {
  try {
    return (await databricks.run(runId, signal)).pageUrl;
  } catch (error) {
    if (error instanceof AdapterError && !error.canRetry) return null;
    throw error;
  }
}

function known(workspace: Databricks | undefined): Databricks {
  if (workspace !== undefined) return workspace;
  throw new AdapterError(
    'Databricks: no workspace is named: set DATABRICKS_HOST and DATABRICKS_TOKEN, or run "tw stack up --databricks"',
    { system: 'databricks', code: 'invalid' },
  );
}

async function bodyOf(
  databricks: Databricks,
  { kind, body, jobName }: StartDatabricksInput,
  clusterId: string | undefined,
  signal: AbortSignal,
): Promise<ApiObject> {
  if (kind === 'run_now')
    return jobName === null ? body : { ...body, job_id: await databricks.jobIdOf(jobName, signal) };
  const { tasks } = body;
  if (clusterId === undefined || !Array.isArray(tasks)) return body;
  return {
    ...body,
    tasks: tasks.map((task: ApiObject) => (hasCompute(task) ? task : { ...task, existing_cluster_id: clusterId })),
  };
}

function hasCompute(task: ApiObject): boolean {
  return ['existing_cluster_id', 'new_cluster', 'job_cluster_key', 'environment_key'].some((key) => task[key] != null);
}

async function taskEnd(
  databricks: Databricks,
  { taskKey, runId, verdict = 'failure', stateText }: DatabricksTaskRun,
  signal: AbortSignal,
): Promise<DatabricksTaskEnd> {
  const left = await outputOf(databricks, runId, signal);
  if (verdict !== 'success') {
    return { taskKey, verdict, text: left?.error ? `${stateText}: ${left.error}` : stateText, output: null };
  }
  const output = left?.result ?? null;
  if (left?.isTruncated === true || (output?.length ?? 0) > longestOutput) {
    throw new AdapterError(
      `Databricks: task ${taskKey} of run ${runId} gave more than ${longestOutput} characters to dbutils.notebook.exit: write that to storage and give its path`,
      { system: 'databricks', code: 'too_large' },
    );
  }
  return { taskKey, verdict, text: stateText, output };
}

/** A task that never ran has no output, and the API says so with an error. */
async function outputOf(databricks: Databricks, taskRunId: number, signal: AbortSignal) {
  try {
    return await databricks.output(taskRunId, signal);
  } catch (error) {
    if (error instanceof AdapterError && (error.code === 'invalid' || error.code === 'not_found')) return undefined;
    throw error;
  }
}
