import type { UpdateDefinition } from '@temporalio/common';
import { CancellationScope, patched, setHandler, sleep } from '@temporalio/workflow';
import { outsideTasks } from './current-task.ts';

/**
 * Handles an update once all that had come to the workflow before it has had its effect.
 *
 * Temporal's core takes workflow tasks that left no event for heartbeats, and makes them one with the next one where a worker that
 * does not know the workflow is sent all of them with an update: the update then comes before what came with the earlier ones. A
 * replay keeps them apart, so that what follows may be something else (temporalio/sdk-rust#1146). A timer's end is an event of its
 * own, before which all else has been done in any case. It costs an update a workflow task: not for one that each run sends.
 *
 * For the same reason an update is refused, as `Busy`, while a local activity is under way that has outlasted its workflow task or may yet
 * (interceptors.ts): a replay has its result before the update. Refused by a validator, it leaves nothing in the history.
 */
export function onUpdate<Result, Input>(
  update: UpdateDefinition<Result, [Input]>,
  handler: (input: Input) => Result,
): void {
  // A validator, so that the interceptor is asked before an update is taken.
  setHandler(update, settled(handler), { validator: (_input: Input) => undefined });
}

function settled<Result, Input>(handler: (input: Input) => Result): (input: Input) => Promise<Result> | Result {
  return (input) => {
    if (!patched('updates-settle')) return handler(input);
    // The handler of one that waited for it is called by whoever registers it: a task, for example.
    const summary = 'what came before an update is done first';
    const before = outsideTasks(() => CancellationScope.nonCancellable(() => sleep(1, { summary })));
    return before.then(() => handler(input));
  };
}
