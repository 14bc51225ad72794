import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';

/**
 * Characters of inputs that one workflow task may send, at most three bytes each: what a worker answers to a workflow task
 * is one gRPC message, and the server ends a run whose message is over 4 MB.
 */
const mostAtOnce = 1_000_000;

/**
 * Spreads large inputs over workflow tasks. Says `undefined` where so many characters may still go with this one, else a
 * promise of the next one, in which to ask again. One a run.
 */
export function payloadBudget(): (characters: number) => Promise<void> | undefined {
  let workflowTask = -1;
  let used = 0;
  let next: Promise<void> | undefined;
  return (characters) => {
    // The length of the history is the same throughout a workflow task, replayed or not.
    const { historyLength } = workflowInfo();
    if (historyLength !== workflowTask) {
      workflowTask = historyLength;
      used = 0;
      next = undefined;
    }
    if (used === 0 || used + characters <= mostAtOnce) {
      used += characters;
      return undefined;
    }
    next ??= CancellationScope.nonCancellable(() => sleep(1, { summary: 'large inputs, in parts' }));
    return next;
  };
}
