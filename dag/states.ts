/** States of a task, by Airflow's names. */
export const taskStates = [
  'none',
  'removed',
  'scheduled',
  'queued',
  'running',
  'success',
  'restarting',
  'failed',
  'up_for_retry',
  'up_for_reschedule',
  'upstream_failed',
  'skipped',
  'deferred',
  'awaiting_input',
] as const;

/** State of one task, or of one index of a mapped task. `none`: nothing has been decided yet. */
export type TaskState = (typeof taskStates)[number];

/** States in which a task stays. */
export const finishedStates = ['success', 'failed', 'skipped', 'upstream_failed', 'removed'] as const;

/** A state in which a task stays, unless it is cleared. */
export type FinishedState = (typeof finishedStates)[number];

/** Whether a task stays in this state. */
export function isFinished(state: TaskState): state is FinishedState {
  return (finishedStates as readonly TaskState[]).includes(state);
}

/** States of a run, by Airflow's names. */
export const runStates = ['queued', 'running', 'success', 'failed'] as const;

/** State of a run. */
export type RunState = (typeof runStates)[number];
