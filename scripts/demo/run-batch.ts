import type { Client } from '@temporalio/client';
import type { AnswerResult, CleanResult } from '../../activities/steps/contract.ts';
import type { TaskStatus } from '../../workflows/engine/queries.ts';
import { tableNames } from '../../pipeline/tables.ts';
import { CommandError } from '../failure.ts';
import { startRun, type RunOrder } from '../start-run.ts';
import { mappedResults, taskResult } from '../task-results.ts';
import { followRun } from './follow-run.ts';
import { taskLine } from './task-line.ts';

/** A run to start and to follow. */
export interface BatchOrder extends RunOrder {
  readonly print: (line: string) => void;
  /** Told at each look of where all tasks are, after what has changed was printed. */
  readonly onLook?: (tasks: readonly TaskStatus[]) => void;
}

/** What a run that succeeded left. */
export interface BatchResult {
  readonly answers: AnswerResult;
  readonly cleaned: readonly CleanResult[];
  /** What notebooks answered; absent where the run had none. */
  readonly notebookAnswers?: AnswerResult;
}

/** Starts a run, tells a line for each change of a task, and gives what it left. Throws CommandError when it fails. */
export async function runBatch(client: Client, order: BatchOrder): Promise<BatchResult> {
  const { runId, print, onLook } = order;
  const handle = await startRun(client, order);
  const end = await followRun(client, runId, (changed, all) => {
    for (const task of changed) print(taskLine(task));
    onLook?.(all);
  });
  if (end.state === 'failed') throw new CommandError(`run ${runId} failed: ${end.error}`);
  return {
    answers: await taskResult<AnswerResult>(handle, 'answers'),
    cleaned: await mappedResults<CleanResult>(handle, 'clean', tableNames.length),
    ...(order.params['notebook'] === true && {
      notebookAnswers: await taskResult<AnswerResult>(handle, 'queryNotebook'),
    }),
  };
}
