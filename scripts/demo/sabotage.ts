import type { TaskStatus } from '../../workflows/engine/queries.ts';
import { CommandError } from '../failure.ts';

/** What `--kill` does to a run. */
export interface Sabotage {
  /** To be told of every change of a task: the first one that is seen running, after the posting, is when it strikes. */
  readonly onTask: (task: Pick<TaskStatus, 'taskId' | 'state'>) => void;
  /** Rejects when the strike failed: without a worker the run would be waited for in vain. Never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when the strike is done. Throws CommandError when there was none. */
  done(): Promise<void>;
}

/** Strikes once, at a moment when a worker has work to lose. */
export function createSabotage(strike: () => Promise<void>): Sabotage {
  let struck: Promise<void> | undefined;
  let fail: (reason: unknown) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Who waits for it may not be there yet, or any more.
  failed.catch(() => {});
  return {
    failed,
    onTask: ({ taskId, state }) => {
      if (struck !== undefined || taskId === 'emulate' || state !== 'running') return;
      struck = strike();
      struck.catch((error: unknown) => fail(error));
    },
    done: async () => {
      if (struck === undefined) {
        throw new CommandError('--kill: no task was seen running, so no worker was killed; try it with more --posts');
      }
      await struck;
    },
  };
}
