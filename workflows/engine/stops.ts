import type { TaskDefinition } from '../../dag/definition.ts';
import type { TaskError } from '../../dag/outcome.ts';

/** Why tries are ended from outside: their error. */
export type StopTry = (why: TaskError) => void;

/** Whom to tell when tasks that have begun are to end before their time. */
export interface Stops {
  /** Until the function that it returns is called, `stop` is called when the task is to end. */
  readonly follow: (task: TaskDefinition, stop: StopTry) => () => void;
  /** Ends all tasks that have begun, but for those that are spared. */
  readonly stop: (why: TaskError, spares: (task: TaskDefinition) => boolean) => void;
}

/** Nobody yet. */
export function openStops(): Stops {
  const followed = new Set<{ readonly task: TaskDefinition; readonly stop: StopTry }>();
  return {
    follow: (task, stop) => {
      const one = { task, stop };
      followed.add(one);
      return () => void followed.delete(one);
    },
    stop: (why, spares) => {
      for (const one of followed) if (!spares(one.task)) one.stop(why);
    },
  };
}
