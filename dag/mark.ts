import { isMarked, type TaskMarker } from './clear-markers.ts';
import { closureOf, linkTasks } from './clear-reach.ts';
import {
  selectForClear,
  type ClearableDag,
  type ClearableRun,
  type ClearRefusal,
  type SelectedInstance,
} from './clear.ts';
import { isRefusal } from './refusal.ts';

/** States that a person may give a task. */
export const markableStates = ['success', 'failed', 'skipped'] as const;

/** A state that a person may give a task. */
export type MarkableState = (typeof markableStates)[number];

/** What somebody wants marked in a run. Names are those of Airflow's REST API. */
export interface MarkRequest {
  /** Every task when it is left out. */
  readonly taskIds?: readonly TaskMarker[];
  readonly state: MarkableState;
  readonly includeUpstream?: boolean;
  readonly includeDownstream?: boolean;
}

/** What a mark does to a run. */
export interface MarkOutcome {
  /** Instances that take the state: those meant that are not in it already. */
  readonly marked: readonly SelectedInstance[];
  /** What is put back to the start for it. */
  readonly cleared: readonly SelectedInstance[];
}

/**
 * What a mark does to a run, by Airflow's rules (`set_task_instance_state`): the tasks named take the state, and what is upstream or
 * downstream of them, where that is asked for; then what has failed below the tasks named is cleared, so that the run goes on.
 */
export function selectForMark(dag: ClearableDag, run: ClearableRun, request: MarkRequest): MarkOutcome | ClearRefusal {
  const { taskIds, state, includeUpstream = false, includeDownstream = false } = request;
  const { runId } = run;
  // Of a clear, since what it says of tasks that there are not holds here, too.
  const below = selectForClear(dag, [run], {
    runId,
    includeDownstream: true,
    ...(taskIds === undefined ? {} : { taskIds }),
  });
  if (isRefusal(below)) return below;
  const tasks = linkTasks(dag.tasks);
  const ids = (taskIds ?? []).map((marker) => (typeof marker === 'string' ? marker : marker[0]));
  const named = {
    whole: new Set((taskIds ?? []).filter((marker) => typeof marker === 'string')),
    indexes: indexesOf(taskIds ?? []),
  };
  const relatives = new Set([
    ...(includeUpstream ? closureOf(tasks, ids, 'upstream') : []),
    ...(includeDownstream ? closureOf(tasks, ids, 'downstream') : []),
  ]);
  const isNamed = ({ taskId, mapIndex }: SelectedInstance): boolean =>
    taskIds === undefined || isMarked(named, taskId, mapIndex);
  const meant = run.instances
    .map((instance) => ({ ...instance, runId }))
    .filter((instance) => isNamed(instance) || relatives.has(instance.taskId));
  const isMeant = new Set(meant.map(keyOf));
  return {
    marked: meant.filter((instance) => instance.state !== state && instance.state !== 'removed'),
    cleared: below.filter((instance) => !isMeant.has(keyOf(instance))),
  };
}

function indexesOf(markers: readonly TaskMarker[]): ReadonlyMap<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>();
  for (const marker of markers) {
    if (typeof marker === 'string') continue;
    const [taskId, index] = marker;
    found.set(taskId, (found.get(taskId) ?? new Set()).add(index));
  }
  return found;
}

function keyOf({ taskId, mapIndex }: SelectedInstance): string {
  return `${taskId}[${mapIndex}]`;
}
