import type { TaskStatus } from '../../workflows/engine/queries.ts';
import { CommandError } from '../failure.ts';

type SeenTask = Pick<TaskStatus, 'taskId' | 'label' | 'state'>;

/** What `--kill` does to a run. */
export interface Sabotage {
  /** To be told at each look of where all tasks are: it strikes when one after the posting is seen running. */
  readonly onLook: (tasks: readonly SeenTask[]) => void;
  /** Rejects when the strike failed: without a worker the run would be waited for in vain. Never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when the strike is done. Throws CommandError when there was none. */
  done(): Promise<void>;
}

/** Strikes once, at a moment when a worker has work to lose; `strike` is told what was seen running, in words. */
export function createSabotage(strike: (running: string) => Promise<void>): Sabotage {
  let struck: Promise<void> | undefined;
  let fail: (reason: unknown) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Who waits for it may not be there yet, or any more.
  failed.catch(() => {});
  return {
    failed,
    onLook: (tasks) => {
      const running = tasks.filter(({ taskId, state }) => taskId !== 'emulate' && state === 'running');
      if (struck !== undefined || running.length === 0) return;
      struck = strike(inWords(running));
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

/** `land[pin,geo], report`: the labels of one mapped task together. */
function inWords(tasks: readonly SeenTask[]): string {
  const taskIds = [...new Set(tasks.map(({ taskId }) => taskId))];
  return taskIds
    .map((id) => {
      const indexes = tasks
        .filter(({ taskId, label }) => taskId === id && label !== id)
        .map(({ label }) => label.slice(id.length).replaceAll(/[[\]]/g, ''));
      return indexes.length === 0 ? id : `${id}[${indexes.join(',')}]`;
    })
    .join(', ');
}
