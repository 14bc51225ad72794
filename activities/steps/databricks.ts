import { createHash } from 'node:crypto';
import type { ApiObject, Databricks, DatabricksRun, DatabricksTaskRun } from '../databricks/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { StepContext, StepPlace } from '../shared/step-context.ts';
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
  /** Namespace of the workflows: run ids are unique within one. */
  readonly namespace: string;
  /** Cluster of notebooks whose task names none; absent: they run serverless. */
  readonly clusterId: string | undefined;
  /** What the pipeline's notebooks are told. */
  readonly place: NotebookPlace;
}

/** Runs of earlier executions that have ended, and are passed over, at most. */
const mostPassedOver = 50;

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
  namespace,
  clusterId,
  place: notebookPlace,
}: DatabricksDeps): DatabricksSteps {
  return {
    placeNotebooks: async () => notebookPlace,
    startDatabricksRun: async (input, { place, signal }) => {
      const databricks = known(workspace);
      const body = await bodyOf(databricks, input, clusterId, signal);
      const { generation: first } = input;
      for (let generation = first; generation < first + mostPassedOver; generation++) {
        const idempotency_token = idempotencyToken(namespace, place, input.call, generation);
        const order = { ...body, idempotency_token };
        const runId = await (input.kind === 'submit'
          ? databricks.submit(order, signal)
          : databricks.runNow(order, signal));
        const run = await databricks.run(runId, signal);
        if (!isPast(run, input.since)) return { runId, pageUrl: run.pageUrl, generation };
      }
      throw new AdapterError(
        `Databricks: run ${place.runId} was started ${mostPassedOver} times from the beginning, each with a Databricks run of this task: clear the task instead`,
        { system: 'databricks', code: 'conflict' },
      );
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
    repairDatabricksRun: async ({ runId, repairs }, { signal }) => {
      const databricks = known(workspace);
      const { verdict, repairIds, jobParameters } = await databricks.run(runId, signal);
      // By an attempt before this one, of which the answer was lost.
      if (verdict === undefined || repairIds.length > repairs) return;
      const latest = repairIds.at(-1);
      await databricks.repair(
        {
          run_id: runId,
          rerun_all_failed_tasks: true,
          ...(latest !== undefined && { latest_repair_id: latest }),
          // A repair forgets what the run was started with, unless it is told again.
          ...(Object.keys(jobParameters).length > 0 && { job_parameters: jobParameters }),
        },
        signal,
      );
    },
  };
}

/**
 * Names a run of a task for Databricks, so that asking twice starts one. The next generation begins when the end of the one before is known.
 * 64 characters, the API's limit.
 */
export function idempotencyToken(
  namespace: string,
  { runId, taskId, mapIndex }: Pick<StepPlace, 'runId' | 'taskId' | 'mapIndex'>,
  call: number,
  generation: number,
): string {
  const name = JSON.stringify([namespace, runId, taskId, mapIndex, call, generation]);
  return createHash('sha256').update(name).digest('hex');
}

/** Whether a run had ended before this execution of the Temporal run began: it is no answer to what is asked now. One that goes on is. */
function isPast({ verdict, endTime }: DatabricksRun, since: number): boolean {
  return verdict !== undefined && endTime !== null && endTime < since;
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
