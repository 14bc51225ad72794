import { CancellationScope, sleep } from '@temporalio/workflow';

/** Characters of what local activities brought that may go with other things in a workflow task. */
const fewCharacters = 100_000;

/**
 * What local activities of one workflow task give back travels in one message, which has a limit, and so do the inputs of
 * activities that begin in it: large parts have one each. Told of each part, the last one included. `summary` is for people.
 */
export function openSpread(summary: string): (characters: number) => Promise<void> {
  let used = 0;
  return async (characters) => {
    used += characters;
    if (used <= fewCharacters) return;
    used = 0;
    await CancellationScope.nonCancellable(() => sleep(1, { summary }));
  };
}
