import { linkTasks, type ClearableTask } from './clear-reach.ts';
import { isMarked, markTasks, type TaskMarker } from './clear-markers.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import type { RunState, TaskState } from './states.ts';

/** A DAG as clearing sees it. */
export interface ClearableDag {
  readonly id: string;
  readonly tasks: readonly ClearableTask[];
}

/** A task instance of a run, as the run or its record tells. */
export interface InstanceRecord {
  readonly taskId: string;
  /** -1 for a task that is not mapped, or whose map has not been expanded. */
  readonly mapIndex: number;
  readonly state: TaskState;
  /** Tries that were begun; 0 before the first. */
  readonly tryNumber: number;
  /** The number of the last try that it may have, less one: retries, counted on from each clear. */
  readonly maxTries: number;
}

/** What tells whether a clear reaches a run. */
export interface DatedRun {
  readonly runId: string;
  /** Epoch milliseconds; `null` for a run that is about no time. */
  readonly logicalDate: number | null;
}

/** A run as clearing sees it. */
export interface ClearableRun extends DatedRun {
  readonly state: RunState;
  readonly instances: readonly InstanceRecord[];
}

/** What somebody wants cleared. Names and defaults are those of Airflow's REST API (`clearTaskInstances`). */
export interface ClearRequest {
  /** Every task when it is left out. */
  readonly taskIds?: readonly TaskMarker[];
  /** Clear in this run; with `includePast` or `includeFuture` also in those before or after it. */
  readonly runId?: string;
  /** Without a run: first logical date, inclusive, epoch milliseconds. */
  readonly startDate?: number;
  /** Without a run: last logical date, inclusive, epoch milliseconds. */
  readonly endDate?: number;
  readonly includeUpstream?: boolean;
  readonly includeDownstream?: boolean;
  readonly includePast?: boolean;
  readonly includeFuture?: boolean;
  /** Only what is `failed` or `upstream_failed`; true by default. */
  readonly onlyFailed?: boolean;
  /** Only what is `running`; as in Airflow beside what failed, unless `onlyFailed` is false. */
  readonly onlyRunning?: boolean;
  /** Queue finished runs again, so that what was cleared runs; true by default. */
  readonly resetDagRuns?: boolean;
  /** Refuse when one of the instances is running, rather than restart it. */
  readonly preventRunningTask?: boolean;
}

/** Why a clear is refused. */
export type ClearRefusalReason =
  | 'failed_and_running'
  | 'dates_reversed'
  | 'run_and_dates'
  | 'no_tasks'
  | 'unknown_run'
  | 'no_logical_date'
  | 'unknown_task'
  | 'task_running';

/** A clear that was refused. */
export type ClearRefusal = Refusal<ClearRefusalReason>;

/** One instance that a clear selects. */
export interface SelectedInstance extends InstanceRecord {
  readonly runId: string;
}

/** What becomes of an instance: it waits for its turn again, or its running try is stopped and it is tried again. */
export interface ClearedInstance {
  readonly runId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly state: Extract<TaskState, 'none' | 'restarting'>;
  readonly maxTries: number;
}

/** What a clear does. Instances and runs that it does not name stay as they are. */
export interface ClearOutcome {
  readonly instances: readonly ClearedInstance[];
  /** The runs with cleared instances and their states afterwards: a finished one is queued again. */
  readonly runs: readonly { readonly runId: string; readonly state: RunState }[];
}

/** The runs that a clear reaches, in the order given: what must be read before {@link selectForClear}. */
export function runsToClear<Run extends DatedRun>(
  dagId: string,
  runs: readonly Run[],
  request: ClearRequest,
): readonly Run[] | ClearRefusal {
  const wrong = requestProblem(dagId, request);
  if (wrong !== undefined) return wrong;
  const { runId, includePast = false, includeFuture = false } = request;
  let { startDate = null, endDate = null } = request;
  if (runId !== undefined) {
    const run = runs.find((one) => one.runId === runId);
    if (run === undefined) {
      const there = runs.length === 0 ? 'it has no runs' : `its runs are ${listed(runs.map((one) => one.runId))}`;
      return { refused: 'unknown_run', message: `DAG ${dagId} has no run ${runId}; ${there}` };
    }
    if (!includePast && !includeFuture) return [run];
    if (run.logicalDate === null) {
      const message = `run ${runId} of DAG ${dagId} has no logical date, so no run is before or after it: leave past and future out`;
      return { refused: 'no_logical_date', message };
    }
    startDate = run.logicalDate;
    endDate = run.logicalDate;
  }
  const from = includePast ? null : startDate;
  const to = includeFuture ? null : endDate;
  return runs.filter(
    ({ logicalDate: at }) =>
      (from === null || (at !== null && at >= from)) && (to === null || (at !== null && at <= to)),
  );
}

/**
 * The task instances that a clear selects, in the order of `runs` and of their instances: what a dry run shows. The tasks
 * named, the relatives asked for, and the setups and teardowns that any of them works with; of these, the instances in the
 * states asked for.
 */
export function selectForClear(
  dag: ClearableDag,
  runs: readonly ClearableRun[],
  request: ClearRequest,
): readonly SelectedInstance[] | ClearRefusal {
  const reached = runsToClear(dag.id, runs, request);
  if (isRefusal(reached)) return reached;
  const { taskIds, runId, onlyFailed = true, onlyRunning = false } = request;
  const states = new Set<TaskState>([
    ...(onlyFailed ? (['failed', 'upstream_failed'] as const) : []),
    ...(onlyRunning ? (['running'] as const) : []),
  ]);
  const unknown = unknownTask(dag, reached, taskIds ?? []);
  if (unknown !== undefined) return unknown;
  const directions = { upstream: request.includeUpstream ?? false, downstream: request.includeDownstream ?? false };
  const marked = taskIds && markTasks(linkTasks(dag.tasks), taskIds, directions, runId !== undefined);
  return reached.flatMap((run) =>
    run.instances
      .filter(({ taskId, mapIndex, state }) => {
        if (states.size > 0 && !states.has(state)) return false;
        return marked === undefined || isMarked(marked, taskId, mapIndex);
      })
      .map((instance) => ({ ...instance, runId: run.runId })),
  );
}

/**
 * What clearing the selected instances does to them and to their runs. The tries so far stay in the history; a cleared task
 * has all of its retries again, counted on from the tries that it had.
 */
export function clearInstances(
  dag: ClearableDag,
  runs: readonly ClearableRun[],
  selected: readonly SelectedInstance[],
  { resetDagRuns = true, preventRunningTask = false }: ClearRequest,
): ClearOutcome | ClearRefusal {
  const running = selected.find(({ state }) => state === 'running');
  if (preventRunningTask && running !== undefined) {
    const message = `task ${running.taskId} of run ${running.runId} is running: wait for its end, or let the clear restart it`;
    return { refused: 'task_running', message };
  }
  const retriesOf = new Map(dag.tasks.map(({ id, retries }) => [id, retries]));
  const instances = selected.map(({ runId, taskId, mapIndex, state, tryNumber, maxTries }): ClearedInstance => {
    if (state === 'running') return { runId, taskId, mapIndex, state: 'restarting', maxTries };
    const retries = retriesOf.get(taskId);
    const cleared = retries === undefined ? Math.max(maxTries, tryNumber) : tryNumber + retries;
    return { runId, taskId, mapIndex, state: 'none', maxTries: cleared };
  });
  const touched = new Set(selected.map(({ runId }) => runId));
  const after = runs
    .filter(({ runId }) => touched.has(runId))
    .map(({ runId, state }) => ({ runId, state: resetDagRuns && state !== 'running' ? ('queued' as const) : state }));
  return { instances, runs: after };
}

function requestProblem(dagId: string, request: ClearRequest): ClearRefusal | undefined {
  const { taskIds, runId, startDate, endDate, onlyFailed, onlyRunning } = request;
  const refuse = (refused: ClearRefusalReason, words: string): ClearRefusal => ({
    refused,
    message: `DAG ${dagId} cannot be cleared like this: ${words}`,
  });
  if (onlyFailed === true && onlyRunning === true) {
    return refuse('failed_and_running', 'choose one of only failed and only running');
  }
  if (startDate !== undefined && endDate !== undefined && startDate > endDate) {
    return refuse('dates_reversed', 'the end date is before the start date');
  }
  if (runId !== undefined && (startDate !== undefined || endDate !== undefined)) {
    return refuse('run_and_dates', 'name either a run or dates');
  }
  return taskIds?.length === 0
    ? refuse('no_tasks', 'the list of tasks is empty; leave it out for all tasks')
    : undefined;
}

/** A task of an older definition may still be in a run, and can be cleared there. */
function unknownTask(
  { id, tasks }: ClearableDag,
  runs: readonly ClearableRun[],
  markers: readonly TaskMarker[],
): ClearRefusal | undefined {
  const known = new Set(tasks.map((task) => task.id));
  const strange = markers
    .map((marker) => (typeof marker === 'string' ? marker : marker[0]))
    .filter((one) => !known.has(one));
  if (strange.length === 0) return undefined;
  const inRuns = new Set(runs.flatMap(({ instances }) => instances.map(({ taskId }) => taskId)));
  const missing = strange.find((one) => !inRuns.has(one));
  if (missing === undefined) return undefined;
  return { refused: 'unknown_task', message: `DAG ${id} has no task ${missing}; its tasks are ${listed([...known])}` };
}

/**
 * Why a map index that is asked for is not in a run; `undefined` where all are. For the one run that somebody named: of several, one
 * may have had more items than another.
 */
export function unknownIndex(run: ClearableRun, markers: readonly TaskMarker[]): Refusal<'unknown_index'> | undefined {
  for (const marker of markers) {
    if (typeof marker === 'string') continue;
    const [taskId, index] = marker;
    const indexes = run.instances.filter((one) => one.taskId === taskId).map(({ mapIndex }) => mapIndex);
    // Of a task that there is not the selection tells.
    if (indexes.length === 0 || indexes.includes(index)) continue;
    const there = indexes.includes(-1) ? 'it has none' : `it has 0 to ${indexes.length - 1}`;
    return {
      refused: 'unknown_index',
      message: `task ${taskId} of run ${run.runId} has no map index ${index}; ${there}`,
    };
  }
  return undefined;
}

const mostListed = 20;

function listed(names: readonly string[]): string {
  const rest = names.length - mostListed;
  return `${names.slice(0, mostListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
