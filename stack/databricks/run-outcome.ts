import type { CancelReason, Run, RunEnd, TaskRun } from './run-model.ts';
import { currentTaskRuns } from './run-model.ts';
import { upstreamOf, type TaskSpec } from './task-spec.ts';

/** What an end is to the tasks after it. */
export type EndClass = 'success' | 'excluded' | 'failed' | 'canceled' | 'upstream-failed' | 'upstream-canceled';

/** Sorts an end; what is not known counts as failed. */
export function classOf({ resultState }: RunEnd): EndClass {
  switch (resultState) {
    case 'SUCCESS':
    case 'SUCCESS_WITH_FAILURES':
      return 'success';
    case 'EXCLUDED':
    case 'DISABLED':
      return 'excluded';
    case 'CANCELED':
      return 'canceled';
    case 'UPSTREAM_FAILED':
      return 'upstream-failed';
    case 'UPSTREAM_CANCELED':
      return 'upstream-canceled';
    case undefined:
    default:
      return 'failed';
  }
}

/** The notebook came to its end. */
export function succeeded(exit?: string): RunEnd {
  return { lifeCycleState: 'TERMINATED', resultState: 'SUCCESS', code: 'SUCCESS', type: 'SUCCESS', message: '', exit };
}

/** The notebook raised. */
export function failed(error: string, trace: string): RunEnd {
  const message = 'Workload failed, see run output for details';
  return {
    lifeCycleState: 'TERMINATED',
    resultState: 'FAILED',
    code: 'RUN_EXECUTION_ERROR',
    type: 'CLIENT_ERROR',
    message,
    error,
    trace,
  };
}

/** Stopped on request, or because its time was up. */
export function stopped(reason: CancelReason): RunEnd {
  return reason === 'user'
    ? {
        lifeCycleState: 'TERMINATED',
        resultState: 'CANCELED',
        code: 'USER_CANCELED',
        type: 'SUCCESS',
        message: 'Run cancelled.',
      }
    : {
        lifeCycleState: 'TERMINATED',
        resultState: 'TIMEDOUT',
        code: 'CANCELED',
        type: 'CLIENT_ERROR',
        message: 'Run exceeded its timeout.',
      };
}

/** Never begun, since the service or the order was at fault. */
export function couldNotRun(code: string, type: 'CLIENT_ERROR' | 'INTERNAL_ERROR', message: string): RunEnd {
  return { lifeCycleState: 'INTERNAL_ERROR', resultState: 'FAILED', code, type, message, error: message };
}

function skipped(resultState: string, message: string): RunEnd {
  return { lifeCycleState: 'SKIPPED', resultState, code: 'SKIPPED', type: 'CLIENT_ERROR', message };
}

/** The job has as many runs going on as it may have, and no queue. */
export function tooManyRuns(limit: number): RunEnd {
  return {
    lifeCycleState: 'SKIPPED',
    resultState: 'MAXIMUM_CONCURRENT_RUNS_REACHED',
    code: 'MAX_CONCURRENT_RUNS_EXCEEDED',
    type: 'CLIENT_ERROR',
    message: `This job already has ${limit} running or pending runs.`,
  };
}

/** What is to be done with a task that has not begun: wait, begin, or end without having begun. */
export function decideTask(task: TaskSpec, ends: ReadonlyMap<string, RunEnd>): 'wait' | 'go' | RunEnd {
  if (task.disabled === true) {
    return {
      lifeCycleState: 'SKIPPED',
      resultState: 'DISABLED',
      code: 'DISABLED',
      type: 'CLIENT_ERROR',
      message: 'The task is disabled.',
    };
  }
  const upstream = upstreamOf(task);
  const found = upstream.flatMap((key) => ends.get(key) ?? []).map(classOf);
  if (found.length < upstream.length) return 'wait';
  if (upstream.length === 0) return 'go';
  const failures = found.filter((one) => one === 'failed' || one === 'upstream-failed').length;
  const cancels = found.filter((one) => one === 'canceled' || one === 'upstream-canceled').length;
  const excluded = skipped('EXCLUDED', 'The run was skipped because the necessary conditions were not met.');
  switch (task.run_if ?? 'ALL_SUCCESS') {
    case 'ALL_DONE':
      return 'go';
    case 'AT_LEAST_ONE_SUCCESS':
      return found.includes('success') ? 'go' : excluded;
    case 'ALL_FAILED':
      return failures === found.length ? 'go' : excluded;
    case 'AT_LEAST_ONE_FAILED':
      return failures > 0 ? 'go' : excluded;
    case 'NONE_FAILED':
    case 'ALL_SUCCESS':
    default:
      if (failures > 0) return skipped('UPSTREAM_FAILED', 'An upstream task failed.');
      if (cancels > 0) return skipped('UPSTREAM_CANCELED', 'An upstream task was canceled.');
      // An excluded task counts as a successful one, but something has to have run.
      return task.run_if === 'NONE_FAILED' && !found.includes('success') ? excluded : 'go';
  }
}

/** How the whole run ended; `undefined` while a task goes on. Tasks that nothing depends on decide. */
export function runEnd(run: Run): RunEnd | undefined {
  const current = currentTaskRuns(run);
  const ended = current.flatMap((taskRun) => (taskRun.end === undefined ? [] : [{ taskRun, end: taskRun.end }]));
  if (ended.length < current.length) return undefined;
  if (ended.every(({ end }) => classOf(end) === 'success')) return succeeded();
  if (run.cancel !== undefined) return stopped(run.cancel);
  const needed = new Set(run.tasks.flatMap(upstreamOf));
  const leaves = ended.filter(({ taskRun }) => !needed.has(taskRun.taskKey));
  const isGood = (end: RunEnd): boolean => ['success', 'excluded'].includes(classOf(end));
  if (leaves.every(({ end }) => isGood(end))) {
    if (ended.every(({ end }) => isGood(end))) return wholeOf(ended);
    const failures = ended.filter(({ end }) => !isGood(end)).length;
    return {
      lifeCycleState: 'TERMINATED',
      resultState: 'SUCCESS_WITH_FAILURES',
      code: 'SUCCESS_WITH_FAILURES',
      type: 'SUCCESS',
      message: `${failures} of ${ended.length} tasks did not succeed.`,
    };
  }
  const cause =
    ended.find(({ end }) => classOf(end) === 'failed') ?? ended.find(({ end }) => classOf(end) === 'canceled');
  return cause === undefined ? wholeOf(ended) : withCause(run, cause, ended.length);
}

/** Nothing failed, and not everything ran: success when something did, else what the first task says. */
function wholeOf(ended: readonly { readonly end: RunEnd }[]): RunEnd | undefined {
  return ended.some(({ end }) => classOf(end) === 'success') ? succeeded() : ended[0]?.end;
}

function withCause(run: Run, cause: { readonly taskRun: TaskRun; readonly end: RunEnd }, tasks: number): RunEnd {
  const { end, taskRun } = cause;
  const { exit: _exit, error: _error, trace: _trace, ...shown } = end;
  if (classOf(end) === 'canceled' || end.lifeCycleState === 'SKIPPED') return shown;
  const after = tasks > 1 && run.tasks.some((task) => upstreamOf(task).includes(taskRun.taskKey));
  const sentence = end.message.replace(/\.$/, '');
  return {
    ...shown,
    // As the service does: a failed notebook terminates its task, and is an internal error of the run around it.
    lifeCycleState:
      end.lifeCycleState === 'TERMINATED' && end.resultState === 'FAILED' ? 'INTERNAL_ERROR' : end.lifeCycleState,
    message: `Task ${taskRun.taskKey} failed with message: ${sentence}.${after ? ' This caused all downstream tasks to get skipped.' : ''}`,
  };
}
