import { isFinished, type TaskState } from './states.ts';

/** A try, as far as rounds go by it. */
type Try = { readonly state: TaskState };

/** The first of the tries since a task was last cleared: its start is the task's, as in Airflow a cleared task's is a new one. */
export function firstOfRound<One extends Try>(tries: readonly One[]): One | undefined {
  const before = tries.slice(0, -1).findLastIndex(endsRound);
  return tries[before + 1];
}

/** Whether another try comes after this one only where the task is cleared. */
export function endsRound({ state }: Try): boolean {
  return isFinished(state) || state === 'restarting';
}
