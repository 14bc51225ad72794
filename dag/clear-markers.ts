import { closureOf, relativesOf, type Directions, type LinkedTasks } from './clear-reach.ts';

/** A task to clear: its id, for all of its map indexes, or its id and one index. */
export type TaskMarker = string | readonly [taskId: string, mapIndex: number];

/** Which task instances of a run are meant, whatever their state. */
export interface MarkedTasks {
  /** Tasks that are meant with all of their map indexes. */
  readonly whole: ReadonlySet<string>;
  /** Map indexes of the tasks of which only some are meant. */
  readonly indexes: ReadonlyMap<string, ReadonlySet<number>>;
}

type Marks = { readonly whole: Set<string>; readonly indexes: Map<string, Set<number>> };

/**
 * The tasks that a clear of some tasks is about: with the relatives asked for, and always with the setups and teardowns that
 * the work needs. With `byIndex` (a clear of one named run) the relatives of one map index are looked for within its mapped
 * group, where they have the same index; everything else downstream or upstream of an index is meant as a whole, as in Airflow.
 */
export function markTasks(
  tasks: LinkedTasks,
  markers: readonly TaskMarker[],
  directions: Directions,
  byIndex: boolean,
): MarkedTasks {
  const marks: Marks = { whole: new Set(), indexes: new Map() };
  for (const marker of markers) {
    if (typeof marker === 'string') marks.whole.add(marker);
    else markIndex(marks, ...marker);
  }
  if (!byIndex) {
    if (directions.upstream || directions.downstream) addWhole(marks, relativesOf(tasks, idsOf(marks), directions));
  } else {
    // One after the other: what upstream adds has its own downstream, which Airflow clears too.
    if (directions.upstream) reachOut(tasks, marks, 'upstream');
    if (directions.downstream) reachOut(tasks, marks, 'downstream');
  }
  const named = idsOf(marks);
  const needed = relativesOf(tasks, named, { upstream: false, downstream: false });
  addWhole(
    marks,
    [...needed].filter((id) => !named.has(id)),
  );
  return marks;
}

/** Whether an instance is among those marked. */
export function isMarked({ whole, indexes }: MarkedTasks, taskId: string, mapIndex: number): boolean {
  return whole.has(taskId) || indexes.get(taskId)?.has(mapIndex) === true;
}

function reachOut(tasks: LinkedTasks, marks: Marks, direction: 'upstream' | 'downstream'): void {
  const one = { upstream: direction === 'upstream', downstream: direction === 'downstream' };
  const found = new Set(relativesOf(tasks, new Set(marks.whole), one));
  const indexes = [...marks.indexes].flatMap(([id, some]) => [...some].map((index) => [id, index] as const));
  const outsideOf = new Map<string, ReadonlySet<string>>();
  for (const [id, index] of indexes) {
    const group = tasks.get(id)?.task.mappedGroup ?? null;
    const relatives = closureOf(tasks, [id], direction);
    const within = [...relatives].filter((other) => group !== null && tasks.get(other)?.task.mappedGroup === group);
    for (const other of within) markIndex(marks, other, index);
    if (outsideOf.has(id)) continue;
    const outside = new Set(relatives);
    for (const other of within) outside.delete(other);
    outsideOf.set(id, outside);
  }
  const outside = new Set([...outsideOf.values()].flatMap((ids) => [...ids]));
  addWhole(marks, [...found, ...outside, ...relativesOf(tasks, outside, one)]);
}

function markIndex(marks: Marks, taskId: string, mapIndex: number): void {
  const some = marks.indexes.get(taskId);
  if (some === undefined) marks.indexes.set(taskId, new Set([mapIndex]));
  else some.add(mapIndex);
}

function addWhole(marks: Marks, ids: Iterable<string>): void {
  for (const id of ids) marks.whole.add(id);
}

function idsOf(marks: Marks): ReadonlySet<string> {
  return new Set([...marks.whole, ...marks.indexes.keys()]);
}
