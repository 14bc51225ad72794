import { z } from 'zod';
import {
  clearInstances,
  selectForClear,
  type ClearOutcome,
  type ClearRefusal,
  type ClearRefusalReason,
  type ClearRequest,
  type ClearableDag,
  type ClearableRun,
  type InstanceRecord,
} from '../../dag/clear.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { taskStates, runStates, type TaskState } from '../../dag/states.ts';

const state = z.enum(taskStates).nullable();
const oneAfter = z.tuple([state, z.number()]);

const clearCase = z.object({
  tasks: z.array(z.object({ id: z.string(), upstream: z.array(z.string()), kind: z.string(), retries: z.number() })),
  runs: z.array(
    z.object({
      run_id: z.string(),
      logical_date: z.string().nullable(),
      state: z.enum(runStates),
      tis: z.record(z.string(), z.union([state, z.array(state)])),
    }),
  ),
  request: z.object({
    task_ids: z.array(z.union([z.string(), z.tuple([z.string(), z.number()])])).nullish(),
    dag_run_id: z.string().nullish(),
    start_date: z.string().nullish(),
    end_date: z.string().nullish(),
    include_upstream: z.boolean().optional(),
    include_downstream: z.boolean().optional(),
    include_past: z.boolean().optional(),
    include_future: z.boolean().optional(),
    only_failed: z.boolean().optional(),
    only_running: z.boolean().optional(),
    reset_dag_runs: z.boolean().optional(),
    prevent_running_task: z.boolean().optional(),
  }),
  expected: z.object({
    selected: z.array(z.tuple([z.string(), z.string(), z.number()])).optional(),
    after: z
      .record(
        z.string(),
        z.object({ run_state: z.string(), tis: z.record(z.string(), z.union([oneAfter, z.array(oneAfter)])) }),
      )
      .optional(),
    error: z.object({ status: z.number(), detail: z.unknown() }).optional(),
  }),
});

type ClearCase = z.infer<typeof clearCase>;

/** What Airflow answers where we refuse: the HTTP status, and words that its detail has. */
const refusals: Readonly<Record<ClearRefusalReason, { readonly status: number; readonly words: string }>> = {
  failed_and_running: { status: 422, words: 'only_failed and only_running both are set to True' },
  dates_reversed: { status: 422, words: 'end_date is sooner than start_date' },
  run_and_dates: { status: 422, words: 'Exactly one of dag_run_id or' },
  no_tasks: { status: 422, words: 'task_ids list should have at least 1 element' },
  unknown_run: { status: 404, words: 'not found' },
  no_logical_date: { status: 400, words: 'Cannot use include_past or include_future with no logical_date' },
  unknown_task: { status: 404, words: 'not found' },
  task_running: { status: 409, words: 'AirflowClearRunningTaskException' },
};

/** Holds clearing to one case of Airflow's (`clear.jsonl`); the difference in words, `undefined` when there is none. */
export function clearDifference(recorded: unknown): string | undefined {
  const one = clearCase.parse(recorded);
  const { selected: wanted, error, after: runsAfter = {} } = one.expected;
  const dag = dagOf(one);
  const runs = runsOf(one);
  const request = requestOf(one);
  const selected = selectForClear(dag, runs, request);
  if (isRefusal(selected)) return refusalDifference(selected, error);
  const ours = selected.map(({ runId, taskId, mapIndex }) => JSON.stringify([runId, taskId, mapIndex])).toSorted();
  const theirs = (wanted ?? []).map((instance) => JSON.stringify(instance)).toSorted();
  if (wanted !== undefined && ours.join() !== theirs.join()) {
    return `selects ${ours.join(' ')} rather than ${theirs.join(' ')}`;
  }
  const outcome = clearInstances(dag, runs, selected, request);
  if (isRefusal(outcome)) return refusalDifference(outcome, error);
  if (error !== undefined) return `should be refused: ${error.status} ${JSON.stringify(error.detail)}`;
  const left = statesAfter(runs, outcome);
  for (const [runId, expected] of Object.entries(runsAfter)) {
    const run = left.get(runId);
    if (run?.state !== expected.run_state) return `run ${runId} is ${run?.state} rather than ${expected.run_state}`;
    for (const [taskId, states] of Object.entries(expected.tis)) {
      const is = JSON.stringify(run.tasks.get(taskId));
      const should = JSON.stringify(Array.isArray(states[0]) || states.length === 0 ? states : [states]);
      if (is !== should) return `task ${taskId} of run ${runId} is ${is} rather than ${should}`;
    }
  }
  return undefined;
}

function dagOf({ tasks }: ClearCase): ClearableDag {
  return {
    id: 'recorded',
    tasks: tasks.map(({ id, upstream, kind, retries }) => ({
      id,
      upstream,
      retries,
      isSetup: kind === 'setup',
      isTeardown: kind === 'teardown',
    })),
  };
}

/** States that say that a first try was begun: the recording gives no more of a task's tries. */
const begun = new Set<TaskState>(['success', 'failed', 'running', 'queued', 'up_for_retry']);

function runsOf({ tasks, runs }: ClearCase): readonly ClearableRun[] {
  const retriesOf = new Map(tasks.map(({ id, retries }) => [id, retries]));
  return runs.map(({ run_id: runId, logical_date: date, state: runState, tis }) => ({
    runId,
    logicalDate: date === null ? null : Date.parse(date),
    state: runState,
    instances: Object.entries(tis).flatMap(([taskId, states]) =>
      (isList(states) ? states : [states]).map((one, index): InstanceRecord => {
        const is = one ?? 'none';
        const maxTries = retriesOf.get(taskId) ?? 0;
        return { taskId, mapIndex: isList(states) ? index : -1, state: is, tryNumber: begun.has(is) ? 1 : 0, maxTries };
      }),
    ),
  }));
}

function requestOf({ request }: ClearCase): ClearRequest {
  const wishes = {
    taskIds: request.task_ids,
    runId: request.dag_run_id,
    startDate: request.start_date == null ? undefined : Date.parse(request.start_date),
    endDate: request.end_date == null ? undefined : Date.parse(request.end_date),
    includeUpstream: request.include_upstream,
    includeDownstream: request.include_downstream,
    includePast: request.include_past,
    includeFuture: request.include_future,
    onlyFailed: request.only_failed,
    onlyRunning: request.only_running,
    resetDagRuns: request.reset_dag_runs,
    preventRunningTask: request.prevent_running_task,
  };
  return Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish != null));
}

/** Every run as it is after the clear: its state, and of each task the state and the last try of each instance. */
function statesAfter(runs: readonly ClearableRun[], outcome: ClearOutcome) {
  const runStateOf = new Map(outcome.runs.map(({ runId, state: is }) => [runId, is]));
  const key = (runId: string, taskId: string, mapIndex: number): string => JSON.stringify([runId, taskId, mapIndex]);
  const cleared = new Map(outcome.instances.map((one) => [key(one.runId, one.taskId, one.mapIndex), one]));
  return new Map(
    runs.map(({ runId, state: before, instances }) => {
      const tasks = new Map<string, (readonly [TaskState | null, number])[]>();
      for (const instance of instances) {
        const { state: is, maxTries } = cleared.get(key(runId, instance.taskId, instance.mapIndex)) ?? instance;
        const told = tasks.get(instance.taskId) ?? [];
        told.push([is === 'none' ? null : is, maxTries]);
        tasks.set(instance.taskId, told);
      }
      return [runId, { state: runStateOf.get(runId) ?? before, tasks }] as const;
    }),
  );
}

function refusalDifference(
  { refused, message }: ClearRefusal,
  error: ClearCase['expected']['error'],
): string | undefined {
  if (error === undefined) return `should not be refused: ${message}`;
  const { status, words } = refusals[refused];
  return status === error.status && JSON.stringify(error.detail).includes(words)
    ? undefined
    : `is refused as ${refused}, not as ${error.status} ${JSON.stringify(error.detail)}`;
}

/** Whether a recorded state is a list of states, those of a mapped task's indexes. */
function isList<One>(states: One | readonly One[]): states is readonly One[] {
  return Array.isArray(states);
}
