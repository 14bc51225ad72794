import type { TaskDefinition } from '../../dag/definition.ts';
import type { TaskError } from '../../dag/outcome.ts';
import type { TaskState } from '../../dag/states.ts';
import type { TaskRecord } from './task-record.ts';

/** Tries are ended from outside: why, which is their error. */
export interface Failing {
  readonly kind: 'failing';
  readonly error: TaskError;
}

/** A try is ended since somebody cleared or marked its task: the state that the try ends in, and its error. */
export interface Interruption {
  readonly kind: 'interruption';
  readonly state: TaskState;
  readonly error: TaskError | null;
}

/** Ends a try, or the wait for the next one. */
export type StopTry = (stop: Failing | Interruption) => void;

/** Whom to tell when tasks that have begun are to end before their time. */
export interface Stops {
  /** Until the function that it returns is called, `stop` is called when the task instance is to end. */
  readonly follow: (task: TaskDefinition, record: TaskRecord, stop: StopTry) => () => void;
  /** Ends all tasks that have begun, but for those that are spared. */
  readonly stop: (why: TaskError, spares: (task: TaskDefinition) => boolean) => void;
  /** Ends what one instance does; `false` where it does nothing, and so has nothing to end. */
  readonly interrupt: (record: TaskRecord, interruption: Omit<Interruption, 'kind'>) => boolean;
}

/** Nobody yet. */
export function openStops(): Stops {
  const followed = new Map<TaskRecord, { readonly task: TaskDefinition; readonly stop: StopTry }>();
  return {
    follow: (task, record, stop) => {
      const one = { task, stop };
      followed.set(record, one);
      return () => {
        if (followed.get(record) === one) followed.delete(record);
      };
    },
    stop: (error, spares) => {
      for (const { task, stop } of followed.values()) if (!spares(task)) stop({ kind: 'failing', error });
    },
    interrupt: (record, interruption) => {
      const one = followed.get(record);
      one?.stop({ kind: 'interruption', ...interruption });
      return one !== undefined;
    },
  };
}
