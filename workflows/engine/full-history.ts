import { CancellationScope, condition, patched, workflowInfo } from '@temporalio/workflow';
import { historyProblem, type HistorySize } from '../../dag/limits.ts';
import { failureTypes } from './failures.ts';
import type { RunTasks } from './run-tasks.ts';

/**
 * Ends a run, or a part of one, as failed when its history has come to what it may, whatever made it so long: tasks, their tries, what one
 * of them does in a loop, or large results. The size of a history is the same throughout a workflow task, replayed or not.
 */
export function endAtFullHistory({ fail, closed }: Pick<RunTasks, 'fail' | 'closed'>, longest?: HistorySize): void {
  let why: string | undefined;
  const isFull = (): boolean => {
    const { historyLength: events, historySize: bytes } = workflowInfo();
    why = historyProblem({ events, bytes }, longest);
    return why !== undefined && patched('full-histories-end-runs');
  };
  void CancellationScope.nonCancellable(() => condition(isFull)).then(() => {
    if (why !== undefined && closed() === undefined) fail(why, failureTypes.fullHistory);
  });
}
