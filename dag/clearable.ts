import type { ClearableDag, ClearableRun } from './clear.ts';
import type { DagDefinition } from './definition.ts';
import type { TaskInstance } from './planner.ts';
import type { RunRecord } from './run-record.ts';
import { isFinished } from './states.ts';

/** A DAG as clearing sees it. */
export function clearableDag({ id, tasks }: Pick<DagDefinition, 'id' | 'tasks'>): ClearableDag {
  return {
    id,
    tasks: tasks.map(({ id: taskId, upstream, retries, kind, mappedGroup = null }) => ({
      id: taskId,
      upstream,
      retries,
      isSetup: kind === 'setup',
      isTeardown: kind === 'teardown',
      mappedGroup,
    })),
  };
}

/** A run that has ended as clearing sees it. */
export function clearableRecord({ runId, logicalDate, state, tasks }: RunRecord): ClearableRun {
  return {
    runId,
    logicalDate: Date.parse(logicalDate),
    state,
    instances: tasks.map(({ taskId, mapIndex, state: is, tries }) => {
      const tryNumber = tries.length;
      return { taskId, mapIndex, state: is, tryNumber, maxTries: Math.max(tryNumber - 1, 0) };
    }),
  };
}

/**
 * What a run that failed, or was cancelled, goes on with: what failed, what did not run for that, what was given up with the run,
 * and what was never decided.
 */
export function resumable({ tasks }: Pick<RunRecord, 'tasks'>): readonly TaskInstance[] {
  return tasks
    .filter(
      ({ state, abandoned }) =>
        state === 'failed' || state === 'upstream_failed' || abandoned === true || !isFinished(state),
    )
    .map(({ taskId, mapIndex }) => ({ taskId, mapIndex }));
}
