import { endsRound, firstOfRound } from '../../dag/round.ts';
import { isFinished, type TaskState } from '../../dag/states.ts';
import { taskLabel } from './current-task.ts';
import type { TaskStatus } from './queries.ts';
import type { TaskRecord } from './task-record.ts';

/** Where a task instance is, as queries tell it: its start and end are those of the tries since it was last cleared. */
export function statusOf(record: TaskRecord, state: TaskState): TaskStatus {
  const { taskId, mapIndex, mapLabel, tries, error, wait } = record;
  const last = tries.at(-1);
  // Cleared, and not begun again.
  const waits = last !== undefined && !isFinished(state) && endsRound(last);
  return {
    taskId,
    mapIndex,
    label: taskLabel(taskId, mapLabel),
    state,
    tryNumber: last?.tryNumber ?? 0,
    start: waits ? null : (firstOfRound(tries)?.start ?? null),
    end: isFinished(state) ? (last?.end ?? null) : null,
    error,
    ...(wait !== undefined && wait.state === state && { wait }),
  };
}
