import { AsyncLocalStorage } from '@temporalio/workflow';

/** The try that the code now running belongs to: what its activities, timers and log lines are marked with. */
export interface CurrentTask {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly tryNumber: number;
  /** For people: the task's id, with the label of its map index. */
  readonly label: string;
}

/** Made on first use, since the class is there only inside a workflow, and scripts load this module, too. */
let storage: InstanceType<typeof AsyncLocalStorage<CurrentTask>> | undefined;

/** Runs a function so that all it starts knows its task. */
export function withinTask<Result>(task: CurrentTask, run: () => Result): Result {
  storage ??= new AsyncLocalStorage<CurrentTask>();
  return storage.run(task, run);
}

/** The try that the caller belongs to; `undefined` outside of tasks. */
export function currentTask(): CurrentTask | undefined {
  return storage?.getStore();
}

/** A task, and the index of it when it is mapped, for people: `clean[pin]`. */
export function taskLabel(taskId: string, mapLabel: string | undefined): string {
  return mapLabel === undefined ? taskId : `${taskId}[${mapLabel}]`;
}
