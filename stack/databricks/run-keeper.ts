import { join } from 'node:path';
import type { NotebookEngine, NotebookEnd } from './engine.ts';
import type { EndFault } from './faults.ts';
import type { RunBook } from './run-book.ts';
import type { FoundTaskRun } from './run-order.ts';
import type { RunEnd } from './run-model.ts';
import { couldNotRun, failed, stopped, succeeded } from './run-outcome.ts';
import { widgetsOf } from './widgets.ts';

/** What carries runs out. */
export interface RunKeeper {
  /** Begins what may begin. To be called after every change of the book. */
  readonly pump: () => void;
  /** Cancels a run, or a task of it, and stops what goes on. It has ended when the run says so. */
  readonly cancel: (runId: number, taskRunId?: number) => void;
  /** File of the cells of a task's run. */
  readonly logFile: (taskRunId: number) => string;
  /** Ends the engine and waits until every end is in the book. */
  readonly close: () => Promise<void>;
}

/** What a keeper works with. */
export interface RunKeeperOptions {
  readonly book: RunBook;
  readonly engine: NotebookEngine;
  /** Resolves when the book's changes so far are on disk: nothing begins before its beginning is. */
  readonly flushed: () => Promise<void>;
  readonly findNotebook: (path: string) => Promise<string | undefined>;
  /** Libraries of a cluster, for pip. */
  readonly clusterLibraries: (clusterId: string) => readonly string[];
  readonly defaultClusterId: string;
  readonly userName: string;
  readonly logFolder: string;
  /** Tasks that run at once. */
  readonly limit: number;
  /** An end that a test asked for, in the place of the notebook's own. */
  readonly takeEnd: () => EndFault | undefined;
  readonly now: () => number;
}

/** Carries out what is in the book, first come, first served. A task that was begun before this process is ended as lost. */
export function createRunKeeper(options: RunKeeperOptions): RunKeeper {
  const { book, engine, now } = options;
  const running = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();
  let closing = false;

  const logFile = (taskRunId: number): string => join(options.logFolder, `${taskRunId}.ndjson`);

  const carryOut = async ({ run, task, taskRun }: FoundTaskRun, signal: AbortSignal): Promise<RunEnd> => {
    await options.flushed();
    if (run.shown['git_source'] !== undefined && task.notebook_task?.source !== 'WORKSPACE') {
      const message = 'databricks-local does not check out repositories';
      return couldNotRun('REPOSITORY_CHECKOUT_FAILED', 'CLIENT_ERROR', message);
    }
    const forced = options.takeEnd();
    if (forced !== undefined) return forcedEnd(forced);
    const path = task.notebook_task?.notebook_path ?? '';
    const file = await options.findNotebook(path);
    if (file === undefined) {
      const message = `Unable to access the notebook "${path}" in the workspace. Either it does not exist, or the identity used to run this job, ${options.userName}, lacks the required permissions.`;
      return couldNotRun('RESOURCE_NOT_FOUND', 'CLIENT_ERROR', message);
    }
    const clusterId = task.existing_cluster_id ?? options.defaultClusterId;
    const own = (task.libraries ?? []).flatMap(({ pypi }) => (pypi === undefined ? [] : [pypi.package]));
    const end = await engine.run(
      {
        runId: taskRun.runId,
        notebookPath: path,
        notebookFile: file,
        parameters: book.find(taskRun.runId)?.taskRun.parameters ?? {},
        clusterId,
        userName: options.userName,
        libraries: [...new Set([...options.clusterLibraries(clusterId), ...own])],
        logFile: logFile(taskRun.runId),
      },
      signal,
    );
    return endOf(end, () => {
      const current = book.find(taskRun.runId);
      return stopped(current?.taskRun.cancel ?? current?.run.cancel ?? 'user');
    });
  };

  const start = (found: FoundTaskRun): void => {
    const { runId } = found.taskRun;
    const clusterId = found.task.existing_cluster_id ?? options.defaultClusterId;
    book.begin(runId, { clusterId, parameters: widgetsOf(found), now: now() });
    const stop = new AbortController();
    const done = carryOut(found, stop.signal)
      .catch((error: unknown) => driverLost(error instanceof Error ? error.message : String(error)))
      .then((end) => {
        running.delete(runId);
        book.end(runId, end, now());
        pump();
      });
    running.set(runId, { stop, done });
  };

  const pump = (): void => {
    if (closing) return;
    while (running.size < options.limit) {
      const taskRunId = book.ready.take(now());
      if (taskRunId === undefined) return;
      const found = book.find(taskRunId);
      if (found !== undefined && found.taskRun.begunAt === undefined && found.taskRun.end === undefined) start(found);
    }
  };

  const stopAll = (taskRunIds: readonly number[]): void => {
    for (const id of taskRunIds) running.get(id)?.stop.abort();
  };

  for (const ids of book.state.active.values()) {
    for (const { taskRuns } of [...ids].map(book.requireRun)) {
      for (const { runId, begunAt, end } of taskRuns) {
        if (begunAt !== undefined && end === undefined) book.end(runId, driverLost('the server was restarted'), now());
      }
    }
  }
  // Fine enough for timeouts in seconds, and nothing to speak of while nothing waits.
  const ticks = setInterval(() => {
    stopAll(book.cancelOverdue(now()));
    pump();
  }, 100);
  ticks.unref();

  return {
    pump,
    logFile,
    cancel: (runId, taskRunId) => {
      stopAll(book.cancel(runId, 'user', now(), taskRunId));
      pump();
    },
    close: async () => {
      closing = true;
      clearInterval(ticks);
      await engine.close();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

function endOf(end: NotebookEnd, canceled: () => RunEnd): RunEnd {
  switch (end.state) {
    case 'success':
      return succeeded(end.exit);
    case 'failed':
      return failed(end.error, end.trace);
    case 'canceled':
    default:
      return canceled();
  }
}

function driverLost(why: string): RunEnd {
  return couldNotRun('DRIVER_ERROR', 'INTERNAL_ERROR', `The spark driver has stopped unexpectedly: ${why}.`);
}

function forcedEnd({
  life_cycle_state: lifeCycleState,
  result_state: resultState,
  code,
  type,
  message,
  exit,
}: EndFault): RunEnd {
  const good = resultState === 'SUCCESS';
  return { lifeCycleState, resultState, code, type, message, exit, ...(good ? {} : { error: message }) };
}
