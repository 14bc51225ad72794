import { CancellationScope, patched, sleep } from '@temporalio/workflow';
import { outsideTasks } from './current-task.ts';

/**
 * Makes the handler of an update one that acts once all that had come to the workflow before the update has had its effect.
 *
 * Temporal's core takes workflow tasks that left no event for heartbeats, and makes them one with the next one where a worker that
 * does not know the workflow is sent all of them with an update: the update then comes before what came with the earlier ones. A
 * replay keeps them apart, so that what follows may be something else (temporalio/sdk-rust#1146). A timer's end is an event of its
 * own, before which all else has been done in any case. It costs an update a workflow task: not for one that each run sends.
 */
export function settled<Args extends unknown[], Result>(
  handler: (...args: Args) => Result,
): (...args: Args) => Promise<Result> | Result {
  return (...args) => {
    if (!patched('updates-settle')) return handler(...args);
    // The handler of one that waited for it is called by whoever registers it: a task, for example.
    const summary = 'what came before an update is done first';
    const before = outsideTasks(() => CancellationScope.nonCancellable(() => sleep(1, { summary })));
    return before.then(() => handler(...args));
  };
}
