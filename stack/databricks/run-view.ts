import type { JsonObject } from './fields.ts';
import { currentTaskRuns, type Run, type RunEnd, type TaskRun } from './run-model.ts';
import { runEnd } from './run-outcome.ts';

/** What a view needs besides the run. */
export interface ViewContext {
  /** Whether a cluster takes runs; while it does not, what has begun on it is pending. */
  readonly isRunning: (clusterId: string) => boolean;
  /** Page of a run, for people. */
  readonly pageUrl: (jobId: number, runId: number) => string;
  readonly now: number;
}

/** Where an unfinished run or task is, in the words of both forms of the API. */
interface Standing {
  readonly lifeCycleState: 'QUEUED' | 'PENDING' | 'RUNNING' | 'TERMINATING' | 'BLOCKED' | 'WAITING_FOR_RETRY';
  readonly message: string;
}

/** `state` (old form) and `status` (new form) of an end. */
function statesOfEnd({ lifeCycleState, resultState, code, type, message }: RunEnd): JsonObject {
  return {
    state: {
      life_cycle_state: lifeCycleState,
      ...(resultState === undefined ? {} : { result_state: resultState }),
      state_message: message,
      user_cancelled_or_timedout: resultState === 'CANCELED' || resultState === 'TIMEDOUT',
    },
    status: { state: 'TERMINATED', termination_details: { code, type, message } },
  };
}

function statesOfStanding({ lifeCycleState, message }: Standing): JsonObject {
  const queued = lifeCycleState === 'QUEUED';
  return {
    state: {
      life_cycle_state: lifeCycleState,
      state_message: message,
      user_cancelled_or_timedout: false,
      ...(queued ? { queue_reason: message } : {}),
    },
    status: {
      state: lifeCycleState === 'WAITING_FOR_RETRY' ? 'WAITING' : lifeCycleState,
      ...(queued ? { queue_details: { code: 'MAX_CONCURRENT_RUNS_REACHED', message } } : {}),
    },
  };
}

function standingOfTask(run: Run, taskRun: TaskRun, { isRunning, now }: ViewContext): Standing {
  if (taskRun.begunAt !== undefined) {
    if ((taskRun.cancel ?? run.cancel) !== undefined) return { lifeCycleState: 'TERMINATING', message: 'Terminating' };
    if (isRunning(taskRun.clusterId ?? '')) return { lifeCycleState: 'RUNNING', message: 'In run' };
    return { lifeCycleState: 'PENDING', message: 'Waiting for cluster' };
  }
  if (run.held) return { lifeCycleState: 'QUEUED', message: heldMessage };
  if ((taskRun.notBefore ?? 0) > now)
    return { lifeCycleState: 'WAITING_FOR_RETRY', message: 'Waiting for the next attempt' };
  const { depends_on: upstream } = run.tasks.find(({ task_key: key }) => key === taskRun.taskKey) ?? {};
  const blocked = currentTaskRuns(run).some(
    ({ taskKey, end }) => end === undefined && upstream?.some((one) => one.task_key === taskKey),
  );
  return blocked
    ? { lifeCycleState: 'BLOCKED', message: '' }
    : { lifeCycleState: 'PENDING', message: 'Waiting for cluster' };
}

const heldMessage = 'Queued due to reaching maximum concurrent runs of the job.';

/** `state` and `status` of a task's run. */
export function taskStates(run: Run, taskRun: TaskRun, context: ViewContext): JsonObject {
  return taskRun.end === undefined ? statesOfStanding(standingOfTask(run, taskRun, context)) : statesOfEnd(taskRun.end);
}

/** `state` and `status` of a run. */
export function runStates(run: Run, context: ViewContext): JsonObject {
  const end = runEnd(run);
  if (end !== undefined) return statesOfEnd(end);
  if (run.cancel !== undefined) return statesOfStanding({ lifeCycleState: 'TERMINATING', message: 'Terminating' });
  if (run.held) return statesOfStanding({ lifeCycleState: 'QUEUED', message: heldMessage });
  const current = currentTaskRuns(run);
  const going = current.filter(({ end: one }) => one === undefined).map((one) => standingOfTask(run, one, context));
  const begun = current.some(({ endedAt, begunAt }) => endedAt !== undefined && begunAt !== undefined);
  const running = begun || going.some(({ lifeCycleState: state }) => state === 'RUNNING' || state === 'TERMINATING');
  return statesOfStanding(
    running
      ? { lifeCycleState: 'RUNNING', message: 'In run' }
      : { lifeCycleState: 'PENDING', message: 'Waiting for cluster' },
  );
}

function times(createdAt: number, begunAt: number | undefined, endedAt: number | undefined): JsonObject {
  return {
    start_time: createdAt,
    setup_duration: begunAt === undefined ? 0 : begunAt - createdAt,
    execution_duration: begunAt === undefined || endedAt === undefined ? 0 : endedAt - begunAt,
    cleanup_duration: 0,
    end_time: endedAt ?? 0,
    ...(endedAt === undefined ? {} : { run_duration: endedAt - createdAt }),
  };
}

/** A task of a run, as `tasks[]` of runs/get has it. */
function taskView(run: Run, taskRun: TaskRun, context: ViewContext): JsonObject {
  const task = run.tasks.find(({ task_key: key }) => key === taskRun.taskKey);
  const notebook = task?.notebook_task;
  return {
    ...task,
    ...(notebook === undefined || taskRun.parameters === undefined
      ? {}
      : { notebook_task: { ...notebook, base_parameters: taskRun.parameters } }),
    run_if: task?.run_if ?? 'ALL_SUCCESS',
    run_id: taskRun.runId,
    attempt_number: taskRun.attempt,
    ...taskStates(run, taskRun, context),
    ...times(taskRun.createdAt, taskRun.begunAt, taskRun.endedAt),
    ...(taskRun.clusterId === undefined ? {} : { cluster_instance: clusterInstance(taskRun.clusterId) }),
    run_page_url: context.pageUrl(run.jobId, taskRun.runId),
  };
}

function clusterInstance(clusterId: string): JsonObject {
  return {
    cluster_id: clusterId,
    spark_context_id: String(parseInt(clusterId.replaceAll(/\D/g, '').slice(-12), 10) || 1),
  };
}

/** A run without its tasks. */
function runFields(run: Run, context: ViewContext): JsonObject {
  const current = currentTaskRuns(run);
  const begun = current.flatMap(({ begunAt }) => begunAt ?? []);
  const end = runEnd(run);
  return {
    job_id: run.jobId,
    run_id: run.runId,
    job_run_id: run.runId,
    number_in_job: run.runId,
    original_attempt_run_id: run.runId,
    creator_user_name: run.creator,
    run_as_user_name: run.creator,
    run_name: run.name,
    run_type: run.type,
    trigger: 'ONE_TIME',
    format: run.flat ? 'SINGLE_TASK' : 'MULTI_TASK',
    ...run.shown,
    ...runStates(run, context),
    ...times(
      run.createdAt,
      begun.length === 0 ? undefined : Math.min(...begun),
      end === undefined ? undefined : run.endedAt,
    ),
    run_page_url: context.pageUrl(run.jobId, run.runId),
    ...(run.jobParameters.length === 0 ? {} : { job_parameters: run.jobParameters }),
    ...(Object.keys(run.notebookParams).length === 0
      ? {}
      : { overriding_parameters: { notebook_params: run.notebookParams } }),
  };
}

/** What of a run is shown. */
export interface RunViewOptions {
  /** Its tasks, from this one on; `undefined`: none. */
  readonly tasksFrom?: number | undefined;
  readonly history?: boolean | undefined;
}

/** Tasks on a page of runs/get and jobs/get. */
export const tasksOfPage = 100;

/** A run, as runs/get and runs/list have it. Says where its next page of tasks begins when there are more. */
export function runView(
  run: Run,
  { tasksFrom, history = false }: RunViewOptions,
  context: ViewContext,
): { readonly view: JsonObject; readonly nextTask: number | undefined } {
  const current = currentTaskRuns(run);
  const until = (tasksFrom ?? 0) + tasksOfPage;
  const [only] = current;
  const view = {
    ...runFields(run, context),
    ...(tasksFrom === undefined
      ? {}
      : { tasks: current.slice(tasksFrom, until).map((taskRun) => taskView(run, taskRun, context)) }),
    ...(run.flat && only?.clusterId !== undefined ? { cluster_instance: clusterInstance(only.clusterId) } : {}),
    ...(history ? { repair_history: repairHistory(run, context) } : {}),
  };
  return { view, nextTask: tasksFrom !== undefined && until < current.length ? until : undefined };
}

function repairHistory(run: Run, context: ViewContext): readonly JsonObject[] {
  const originals = run.taskRuns.filter(({ repairId }) => repairId === undefined);
  const rows = [
    { type: 'ORIGINAL', id: undefined, start: run.createdAt, members: originals },
    ...run.repairs.map(({ repairId, at }) => ({
      type: 'REPAIR',
      id: repairId,
      start: at,
      members: run.taskRuns.filter((one) => one.repairId === repairId),
    })),
  ];
  return rows.map(({ type, id, start, members }, index) => {
    // What a run's end would have been had nothing come after this row.
    const until = rows.slice(0, index + 1).flatMap((row) => row.members);
    const then: Run = { ...run, taskRuns: run.taskRuns.filter((one) => until.includes(one)) };
    const ends = members.flatMap(({ endedAt }) => endedAt ?? []);
    return {
      type,
      ...(id === undefined ? {} : { id }),
      start_time: start,
      end_time: ends.length === members.length ? Math.max(...ends) : 0,
      task_run_ids: members.map(({ runId }) => runId),
      ...runStates(then, context),
    };
  });
}

/** A task's run as if it were a run, which is how runs/get and runs/get-output show one that is asked for by its own id. */
export function taskRunView(run: Run, taskRun: TaskRun, context: ViewContext): JsonObject {
  return {
    ...runFields(run, context),
    run_id: taskRun.runId,
    job_run_id: run.runId,
    parent_run_id: run.runId,
    number_in_job: taskRun.runId,
    original_attempt_run_id: taskRun.runId,
    run_name: run.flat ? run.name : taskRun.taskKey,
    attempt_number: taskRun.attempt,
    ...taskStates(run, taskRun, context),
    ...times(taskRun.createdAt, taskRun.begunAt, taskRun.endedAt),
    ...(taskRun.clusterId === undefined ? {} : { cluster_instance: clusterInstance(taskRun.clusterId) }),
    run_page_url: context.pageUrl(run.jobId, taskRun.runId),
    tasks: [taskView(run, taskRun, context)],
  };
}
