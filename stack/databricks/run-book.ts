import { invalidParameter } from './api-error.ts';
import { applyEvent, emptyState, type BookState } from './book-state.ts';
import { createReadyTasks, type ReadyTasks } from './ready-tasks.ts';
import {
  currentTaskRuns,
  type BookEvent,
  type CancelReason,
  type Job,
  type Run,
  type RunEnd,
  type TaskRun,
} from './run-model.ts';
import {
  maxConcurrentRuns,
  tasksToRepair,
  withValues,
  type FoundTaskRun,
  type RepairOrder,
  type RunOrder,
} from './run-order.ts';
import { classOf, decideTask, stopped, tooManyRuns } from './run-outcome.ts';

/**
 * Jobs and runs as the Jobs API knows them: a state machine without clock, disk or engine. Every method that changes
 * something does all of it at once, through events that are handed to `record` in their order; the same events, applied to an
 * empty book, make the same book. Times are milliseconds since 1970. Throws {@link ApiError} where the API answers with one.
 */
export interface RunBook {
  /** What the events have made so far; not to be changed. */
  readonly state: Readonly<BookState>;
  /** Tasks' runs that may begin. */
  readonly ready: ReadyTasks;
  readonly newId: () => number;
  readonly requireRun: (runId: number) => Run;
  /** A task's run by its own id. */
  readonly find: (taskRunId: number) => FoundTaskRun | undefined;
  /** A new run, or the run that was made with the same token. Idempotent by token. */
  readonly createRun: (order: RunOrder, now: number) => Run;
  /** A task begins on a cluster. */
  readonly begin: (taskRunId: number, beginning: Beginning) => void;
  /** A task that had begun has ended. Does nothing when its end is known. */
  readonly end: (taskRunId: number, end: RunEnd, now: number) => void;
  /** Cancels a run, or one task of it. Returns the tasks' runs that go on and have to be stopped. Idempotent. */
  readonly cancel: (runId: number, reason: CancelReason, now: number, taskRunId?: number) => readonly number[];
  /** Cancels what has gone on for too long. Returns the tasks' runs to stop. */
  readonly cancelOverdue: (now: number) => readonly number[];
  /** Runs tasks again. Returns the repair's id. */
  readonly repair: (order: RepairOrder, now: number) => number;
  readonly deleteRun: (runId: number) => void;
  readonly putJob: (job: Job) => void;
  readonly deleteJob: (jobId: number) => void;
}

/** On what, with what and when a task begins. */
interface Beginning {
  readonly clusterId: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly now: number;
}

/** Makes a book from the events so far. */
export function createRunBook(options: {
  readonly firstId: number;
  readonly events?: Iterable<BookEvent>;
  readonly record: (event: BookEvent) => void;
  /** When it is opened; default: the beginning of time. */
  readonly now?: number;
}): RunBook {
  const state: BookState = emptyState(options.firstId);
  for (const event of options.events ?? []) applyEvent(state, event);
  const ready = createReadyTasks();

  const commit = (event: BookEvent): void => {
    applyEvent(state, event);
    options.record(event);
  };
  const newId = (): number => state.next++;

  const requireRun = (runId: number): Run => {
    const run = state.runs.get(runId);
    if (run === undefined) throw invalidParameter(`Run ${runId} does not exist.`);
    return run;
  };

  /** Ends what has no way to begin, finds what may begin now, and gives the next run of the job its turn. */
  const settle = (runId: number, now: number): void => {
    for (let changed = true; changed;) {
      changed = false;
      const run = state.runs.get(runId);
      if (run === undefined || (run.held && run.cancel === undefined)) return;
      const current = currentTaskRuns(run);
      const ends = new Map(current.flatMap(({ taskKey, end }) => (end === undefined ? [] : [[taskKey, end] as const])));
      const specs = new Map(run.tasks.map((task) => [task.task_key, task]));
      for (const taskRun of current) {
        const task = specs.get(taskRun.taskKey);
        if (task === undefined || taskRun.end !== undefined || taskRun.begunAt !== undefined) continue;
        const reason = taskRun.cancel ?? run.cancel;
        const decision = reason === undefined ? decideTask(task, ends) : stopped(reason);
        if (decision === 'wait') continue;
        if (decision === 'go') {
          ready.add(taskRun.runId, taskRun.notBefore ?? 0);
          continue;
        }
        ready.remove(taskRun.runId);
        commit({ kind: 'ended', runId, taskRunId: taskRun.runId, at: now, end: decision });
        changed = true;
      }
    }
    const run = state.runs.get(runId);
    if (run?.endedAt !== undefined) release(run.jobId, now);
  };

  const release = (jobId: number, now: number): void => {
    const job = state.jobs.get(jobId);
    const limit = job === undefined ? Infinity : maxConcurrentRuns(job);
    const active = [...(state.active.get(jobId) ?? [])].flatMap((id) => state.runs.get(id) ?? []);
    const next = active.find(({ held }) => held);
    if (next === undefined || active.filter(({ held }) => !held).length >= limit) return;
    commit({ kind: 'released', runId: next.runId });
    settle(next.runId, now);
    release(jobId, now);
  };

  /** Another attempt, where the task allows one after this end. */
  const retry = (run: Run, taskRun: TaskRun, end: RunEnd, now: number): void => {
    const task = run.tasks.find(({ task_key: key }) => key === taskRun.taskKey);
    const allowed = task?.max_retries ?? 0;
    const mayRetry = end.resultState === 'TIMEDOUT' ? task?.retry_on_timeout === true : classOf(end) === 'failed';
    if (!mayRetry || run.cancel !== undefined || taskRun.cancel === 'user') return;
    if (allowed >= 0 && taskRun.attempt >= allowed) return;
    const notBefore = now + (task?.min_retry_interval_millis ?? 0);
    const { taskKey, repairId } = taskRun;
    commit({
      kind: 'attempt',
      runId: run.runId,
      taskRun: { runId: newId(), taskKey, attempt: taskRun.attempt + 1, repairId, createdAt: now, notBefore },
    });
  };

  const find: RunBook['find'] = (taskRunId) => {
    const run = state.runs.get(state.runOfTask.get(taskRunId) ?? -1);
    const taskRun = run?.taskRuns.find(({ runId }) => runId === taskRunId);
    const task = run?.tasks.find(({ task_key: key }) => key === taskRun?.taskKey);
    return run === undefined || taskRun === undefined || task === undefined ? undefined : { run, taskRun, task };
  };

  const cancel: RunBook['cancel'] = (runId, reason, now, taskRunId) => {
    const run = requireRun(runId);
    if (run.endedAt !== undefined) return [];
    commit({ kind: 'cancel', runId, taskRunId, reason });
    settle(runId, now);
    return currentTaskRuns(state.runs.get(runId) ?? run)
      .filter((one) => taskRunId === undefined || one.runId === taskRunId)
      .filter(({ begunAt, end }) => begunAt !== undefined && end === undefined)
      .map((one) => one.runId);
  };

  for (const ids of state.active.values()) for (const id of ids) settle(id, options.now ?? 0);

  return {
    state,
    newId,
    requireRun,
    find,
    ready,

    createRun: (order, now) => {
      const { token, limit, jobId = newId(), ...rest } = order;
      const known = token === undefined ? undefined : state.tokens.get(token);
      if (known === 'deleted') throw invalidParameter('The run with the provided idempotency token has been deleted.');
      if (known !== undefined) return requireRun(known);
      const going = [...(state.active.get(jobId) ?? [])].length;
      const full = limit !== undefined && going >= limit.runs;
      const end = full && !limit.queue ? tooManyRuns(limit.runs) : undefined;
      const run: Run = {
        ...rest,
        jobId,
        token,
        runId: newId(),
        createdAt: now,
        held: full && limit.queue,
        repairs: [],
        endedAt: end === undefined ? undefined : now,
        taskRuns: order.tasks.map(({ task_key: taskKey }) => ({
          runId: newId(),
          taskKey,
          attempt: 0,
          createdAt: now,
          ...(end === undefined ? {} : { end, endedAt: now }),
        })),
      };
      commit({ kind: 'run', run });
      settle(run.runId, now);
      return requireRun(run.runId);
    },

    begin: (taskRunId, { clusterId, parameters, now }) => {
      const found = find(taskRunId);
      if (found === undefined) return;
      commit({ kind: 'begun', runId: found.run.runId, taskRunId, at: now, clusterId, parameters });
    },

    end: (taskRunId, end, now) => {
      const found = find(taskRunId);
      if (found === undefined || found.taskRun.end !== undefined) return;
      commit({ kind: 'ended', runId: found.run.runId, taskRunId, at: now, end });
      retry(found.run, found.taskRun, end, now);
      settle(found.run.runId, now);
    },

    cancel,

    cancelOverdue: (now) =>
      [...state.active.values()]
        .flatMap((ids) => [...ids])
        .flatMap((id) => {
          const run = requireRun(id);
          if (run.cancel !== undefined || run.held || !hasTimeout(run)) return [];
          const since = run.repairs.at(-1)?.at ?? run.createdAt;
          if (isOver(since, run.timeoutSeconds, now)) return cancel(id, 'timeout', now);
          return currentTaskRuns(run).flatMap((taskRun) => {
            const seconds = run.tasks.find(({ task_key: key }) => key === taskRun.taskKey)?.timeout_seconds ?? 0;
            const { begunAt, end } = taskRun;
            const late = begunAt !== undefined && end === undefined && isOver(begunAt, seconds, now);
            return late && taskRun.cancel === undefined ? cancel(id, 'timeout', now, taskRun.runId) : [];
          });
        }),

    repair: (order, now) => {
      const run = requireRun(order.runId);
      if (run.endedAt === undefined) throw invalidParameter(`Run ${run.runId} is active and can not be repaired.`);
      const latest = run.repairs.at(-1)?.repairId;
      if (latest !== undefined && order.latestRepairId === undefined) {
        throw invalidParameter('Missing required field: latest_repair_id');
      }
      if (order.latestRepairId !== undefined && order.latestRepairId !== latest) {
        throw invalidParameter(`The repair ${order.latestRepairId} is not the latest repair of run ${run.runId}.`);
      }
      const keys = tasksToRepair(run, order);
      if (keys.length === 0) throw invalidParameter(`Run ${run.runId} has no tasks to repair.`);
      const repairId = newId();
      const taskRuns = keys.map((taskKey) => ({ runId: newId(), taskKey, attempt: 0, repairId, createdAt: now }));
      commit({
        kind: 'repaired',
        runId: run.runId,
        repair: { repairId, at: now, taskRunIds: taskRuns.map(({ runId }) => runId) },
        taskRuns,
        jobParameters: withValues(run.jobParameters, order.jobParameters),
        notebookParams: order.notebookParams ?? run.notebookParams,
      });
      settle(run.runId, now);
      return repairId;
    },

    deleteRun: (runId) => {
      const run = requireRun(runId);
      if (run.endedAt === undefined) throw invalidParameter(`Run ${runId} is active and can not be deleted.`);
      commit({ kind: 'deleted', runId });
    },

    putJob: (job) => commit({ kind: 'job', job }),
    deleteJob: (jobId) => commit({ kind: 'job-deleted', jobId }),
  };
}

function hasTimeout(run: Run): boolean {
  return run.timeoutSeconds > 0 || run.tasks.some(({ timeout_seconds: seconds = 0 }) => seconds > 0);
}

function isOver(since: number, seconds: number, now: number): boolean {
  return seconds > 0 && now - since >= seconds * 1_000;
}
