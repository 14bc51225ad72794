import type { Plan, TaskInstance } from '../../dag/planner.ts';

/** Whether an instance is to begin: at once, or when it comes first in a line. A try that waits to have its slots back looks the same. */
export function isDue(plan: Plan, { taskId, mapIndex }: TaskInstance): boolean {
  const state = plan.states(taskId)[Math.max(mapIndex, 0)];
  return state === 'scheduled' || state === 'queued';
}

/** Instances of a task that are to begin. */
export function dueOf(plan: Plan, taskId: string): readonly TaskInstance[] {
  const isMapped = plan.length(taskId) !== null;
  return plan
    .states(taskId)
    .map((_, at): TaskInstance => ({ taskId, mapIndex: isMapped ? at : -1 }))
    .filter((instance) => isDue(plan, instance));
}
