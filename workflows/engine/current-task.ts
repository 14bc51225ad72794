import { AsyncLocalStorage } from '@temporalio/workflow';

/** The try that the code now running belongs to: what its activities, timers and log lines are marked with. */
export interface CurrentTask {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly tryNumber: number;
  /** For people: the task's id, with the label of its map index. */
  readonly label: string;
  readonly work: TryWork;
}

/** What a try has begun and what has not ended yet. */
export interface TryWork {
  activities: number;
  timers: number;
  /** Called once, when the last of the activities ends. */
  onIdle: (() => void) | undefined;
}

/** Counts an activity or a timer of a try until it has ended. */
export function followWork<Result>(
  work: TryWork,
  kind: 'activities' | 'timers',
  promise: Promise<Result>,
): Promise<Result> {
  work[kind]++;
  const ended = (): void => {
    work[kind]--;
    if (work.activities > 0 || work.onIdle === undefined) return;
    const { onIdle } = work;
    work.onIdle = undefined;
    onIdle();
  };
  promise.then(ended, ended);
  return promise;
}

/**
 * Made with the module, which a worker evaluates once for all runs (workers/bundle.ts): one made during a run would end
 * with that run, for the others, too. In a script, which has no tasks, it is a storage of nothing.
 */
const storage = new AsyncLocalStorage<CurrentTask>();

/** Runs a function so that all it starts knows its task. */
export function withinTask<Result>(task: CurrentTask, run: () => Result): Result {
  return storage.run(task, run);
}

/** The try that the caller belongs to; `undefined` outside of tasks. */
export function currentTask(): CurrentTask | undefined {
  return storage.getStore();
}

/** A task, and the index of it when it is mapped, for people: `clean[pin]`. */
export function taskLabel(taskId: string, mapLabel: string | undefined): string {
  return mapLabel === undefined ? taskId : `${taskId}[${mapLabel}]`;
}
