import type { DagDefinition } from '../../dag/definition.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { effectiveWeights } from '../../dag/priority.ts';
import type { TaskState } from '../../dag/states.ts';
import { newHeap } from './number-heap.ts';

/**
 * How many instances of a run, and of each of its tasks, run at a time: Airflow's `max_active_tasks`, which is a run's own since
 * 3.0, and `max_active_tis_per_dagrun`. As in Airflow only what runs holds a slot, not what waits: deferred, or between two tries.
 */
export interface TaskSlots {
  /** Begins at once where nothing is limited; else says `false`, and {@link admit} begins it when there is room. */
  readonly ask: (instance: TaskInstance, begin: () => void) => boolean;
  /** Told of every state of an instance: one that runs holds a slot, any other gives it back. Telling twice does no harm. */
  readonly follow: (instance: TaskInstance, state: TaskState) => void;
  /** Whether {@link admit} would begin something. */
  readonly hasRoom: () => boolean;
  /** Lets in who comes first, as long as there is room: the heaviest task, of equals the first of the definition. */
  readonly admit: () => void;
  /** Lets in all who wait, and whoever asks from now on: for a run that was cancelled. */
  readonly unlimit: () => void;
}

/** What waits of one task, in the order in which it came, and what of it runs; by map index. */
interface Line {
  /** Place among the tasks: the lowest is let in first. */
  readonly rank: number;
  readonly most: number;
  readonly waiting: Map<number, () => void>;
  readonly holders: Set<number>;
  /** Whether it stands among those of which somebody could be let in. */
  isNext: boolean;
}

/** The slots of a run. A completion costs the logarithm of the number of tasks that wait, and nothing in a DAG without limits. */
export function openSlots(definition: DagDefinition): TaskSlots {
  const { maxActiveTasks = Number.POSITIVE_INFINITY } = definition;
  const lines = linesOf(definition);
  const byRank = [...lines.values()];
  const next = newHeap();
  let held = 0;

  const hasRoom = (): boolean => held < maxActiveTasks && next.size() > 0;

  function standIn(line: Line): void {
    if (line.isNext || line.waiting.size === 0 || line.holders.size >= line.most) return;
    line.isNext = true;
    next.push(line.rank);
  }

  return {
    ask: ({ taskId, mapIndex }, begin) => {
      const line = lines.get(taskId);
      if (line === undefined) {
        begin();
        return true;
      }
      line.waiting.set(mapIndex, begin);
      standIn(line);
      return false;
    },
    follow: ({ taskId, mapIndex }, state) => {
      const line = lines.get(taskId);
      if (line === undefined) return;
      const before = line.holders.size;
      if (state === 'running') line.holders.add(mapIndex);
      else line.holders.delete(mapIndex);
      held += line.holders.size - before;
      // Skipped, marked or cleared while it waited: it has no need to be let in.
      if (state !== 'queued') line.waiting.delete(mapIndex);
      standIn(line);
    },
    hasRoom,
    admit: () => {
      while (hasRoom()) {
        const line = byRank[next.pop() ?? -1];
        if (line === undefined) return;
        line.isNext = false;
        const [first] = line.waiting;
        if (first === undefined || line.holders.size >= line.most) continue;
        const [mapIndex, begin] = first;
        line.waiting.delete(mapIndex);
        begin();
        standIn(line);
      }
    },
    unlimit: () => {
      const waiting = byRank.flatMap((line) => [...line.waiting.values()]);
      lines.clear();
      for (const begin of waiting) begin();
    },
  };
}

/** A line for each task that a limit counts. */
function linesOf({ tasks, maxActiveTasks }: DagDefinition): Map<string, Line> {
  const limited = tasks.filter(
    ({ maxActiveTisPerDagrun }) => maxActiveTasks !== undefined || maxActiveTisPerDagrun !== undefined,
  );
  if (limited.length === 0) return new Map();
  // Where each task has room of its own, none comes before another.
  const weights = maxActiveTasks === undefined ? new Map<string, number>() : effectiveWeights(tasks);
  const weightOf = (id: string): number => weights.get(id) ?? 0;
  return new Map(
    limited
      .toSorted((a, b) => weightOf(b.id) - weightOf(a.id))
      .map(({ id, maxActiveTisPerDagrun: most = Number.POSITIVE_INFINITY }, rank) => [
        id,
        { rank, most, waiting: new Map(), holders: new Set(), isNext: false },
      ]),
  );
}
