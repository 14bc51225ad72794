import type { FinishedState, TaskState } from './states.ts';
import type { PlannedRule, UpstreamCounts } from './trigger-rules.ts';

/** What the planner needs to know of a task. */
export interface PlannedTask {
  readonly id: string;
  /** Ids of the tasks that it depends on, by data or by order. */
  readonly upstream: readonly string[];
  readonly triggerRule: PlannedRule;
  /** Number of map indexes; `null` for a task that is not mapped, and where `over` says what it depends on. 0 ends as skipped. */
  readonly length: number | null;
  /**
   * Of a task mapped over results: ids of the tasks that give them, which are upstream of it; of one in a group that is mapped over
   * results, of the group's first tasks.
   */
  readonly over?: readonly string[];
  /** The mapped group that it is in: of two tasks in one, an index of the one knows only the same index of the other. */
  readonly mappedGroup?: string;
  readonly isSetup?: boolean;
  readonly isTeardown?: boolean;
  /** Of a teardown: whether its failure is the run's. */
  readonly onFailureFailDagrun?: boolean;
}

/** Counts of upstream states while they change. */
export type Tally = { -readonly [Key in keyof UpstreamCounts]: number };

/** What a task waits for. */
export interface Counts {
  /** What all of its indexes wait for. */
  readonly whole: Tally;
  /** Of a task in a mapped group: what one index alone waits for, its like in other tasks of the group. */
  byIndex: Tally[] | null;
}

/** A task of a plan, linked with its neighbours, and what is known of it. `null` is what most tasks have no need of. */
export interface PlanNode {
  readonly task: PlannedTask;
  readonly upstream: PlanNode[];
  readonly downstream: PlanNode[];
  /** Of those downstream: the ones that are mapped over what it gives, which are judged whenever it is. */
  readonly maps: PlanNode[];
  /** Position in a topological order. */
  order: number;
  /** Number of map indexes; `null` while there is one instance that has none (index -1). */
  length: number | null;
  /** One an index, or one. */
  states: TaskState[];
  /** How many of the states are `none`. */
  undecided: number;
  /** States of the tasks directly upstream. */
  readonly direct: Counts;
  /**
   * States of what else it waits for: of the setups that a task works within without depending on them directly; of the work
   * between a teardown and its setups.
   */
  readonly watched: Counts;
  /** The tasks that wait for it without depending on it directly. */
  readonly watchers: PlanNode[];
  /** Tasks directly downstream that it chose to skip when it ended; in a mapped group, by its index. */
  skips: Map<number, readonly PlanNode[]> | null;
  /** How many tasks directly upstream chose to skip it. */
  skippers: number;
  /** Of a task in a mapped group: how many in the group chose to skip one index. */
  skippersOf: Map<number, number> | null;
  /** In the list of those to be judged. */
  dirty: boolean;
  /** Of a task in a mapped group: indexes to be judged, beside those that what all wait for calls upon. */
  dirtyIndexes: number[] | null;
  /** Of a task in a mapped group: how what all indexes wait for stood when they were judged; `null` to judge them all again. */
  judgedAt: string | null;
}

/** Nodes by task id, in the order of the tasks. */
export type PlanNodes = ReadonlyMap<string, PlanNode>;

/** The node of a task. Throws when there is no such task. */
export function nodeOf(nodes: PlanNodes, id: string): PlanNode {
  const node = nodes.get(id);
  if (node === undefined) throw new Error(`there is no task ${id}`);
  return node;
}

/** Links tasks both ways. They are a checked graph: unique ids, known upstream, no cycle; in any order. */
export function linkNodes(tasks: readonly PlannedTask[]): PlanNodes {
  const nodes = new Map<string, PlanNode>(tasks.map((task) => [task.id, newNode(task)]));
  for (const node of nodes.values()) {
    for (const id of node.task.upstream) {
      const parent = nodeOf(nodes, id);
      node.upstream.push(parent);
      parent.downstream.push(node);
      if (node.task.over?.includes(id) === true) parent.maps.push(node);
      addInstances(node, node.direct, parent, 0, parent.states.length);
    }
  }
  setOrder(nodes);
  for (const node of nodes.values()) {
    if (node.task.isSetup === true) for (const inner of withinSetup(node)) watch(inner, node);
    if (node.task.isTeardown === true) for (const inner of untilTeardown(node)) watch(node, inner);
  }
  return nodes;
}

/** Whether an index of the one waits only for the same index of the other. */
export function goByIndex(one: PlanNode, { task, length }: PlanNode): boolean {
  return length !== null && task.mappedGroup !== undefined && task.mappedGroup === one.task.mappedGroup;
}

/** Notes that what a task waits for, directly or as a setup around it, has instances more, from an index on. */
export function addInstances(waiting: PlanNode, counts: Counts, upstream: PlanNode, from: number, count: number): void {
  if (!goByIndex(waiting, upstream)) {
    addToTally(counts.whole, upstream, count);
    return;
  }
  const byIndex = (counts.byIndex ??= []);
  for (let slot = from; slot < from + count; slot++) addToTally((byIndex[slot] ??= emptyTally()), upstream, 1);
}

function addToTally(tally: Tally, { task }: PlanNode, count: number): void {
  tally.total += count;
  if (task.isSetup === true) tally.setups += count;
}

/** A task in a mapped group gets indexes: what waits for it in the group does so index by index from now on. */
export function splitInstance(counts: Counts, upstream: PlanNode): void {
  addToTally(counts.whole, upstream, -1);
}

/** Notes that an instance of a task has got to a state in which it stays, or has left it (-1). */
export function addState(tally: Tally, { task }: PlanNode, state: FinishedState, by: 1 | -1): void {
  tally[state] += by;
  if (task.isSetup !== true) return;
  if (state === 'success') tally.setupSuccess += by;
  else if (state === 'skipped') tally.setupSkipped += by;
}

function newNode(task: PlannedTask): PlanNode {
  // A map over nothing still is one instance, which says that there was nothing to do.
  const length = task.length === 0 ? null : task.length;
  const count = length ?? 1;
  return {
    task,
    upstream: [],
    downstream: [],
    maps: [],
    order: 0,
    length,
    states: Array.from({ length: count }, () => 'none' as const),
    undecided: count,
    direct: { whole: emptyTally(), byIndex: null },
    watched: { whole: emptyTally(), byIndex: null },
    watchers: [],
    skips: null,
    skippers: 0,
    skippersOf: null,
    dirty: true,
    dirtyIndexes: null,
    judgedAt: null,
  };
}

function emptyTally(): Tally {
  return {
    total: 0,
    success: 0,
    failed: 0,
    skipped: 0,
    upstream_failed: 0,
    removed: 0,
    setups: 0,
    setupSuccess: 0,
    setupSkipped: 0,
  };
}

function setOrder(nodes: PlanNodes): void {
  const missing = new Map<PlanNode, number>();
  const free: PlanNode[] = [];
  for (const node of nodes.values()) {
    missing.set(node, node.upstream.length);
    if (node.upstream.length === 0) free.push(node);
  }
  for (const [at, node] of free.entries()) {
    node.order = at;
    for (const child of node.downstream) {
      const left = (missing.get(child) ?? 0) - 1;
      missing.set(child, left);
      if (left === 0) free.push(child);
    }
  }
}

function watch(watcher: PlanNode, watched: PlanNode): void {
  watched.watchers.push(watcher);
  addInstances(watcher, watcher.watched, watched, 0, watched.states.length);
}

/**
 * The tasks that wait for a setup as if they depended on it: those below it that lie above one of its teardowns, or, where it
 * has none, all that lie below it.
 */
function withinSetup(setup: PlanNode): readonly PlanNode[] {
  const teardowns = setup.downstream.filter(({ task }) => task.isTeardown === true);
  const scope = teardowns.length === 0 ? walk([setup], 'downstream', () => true) : between([setup], teardowns);
  const direct = new Set(setup.downstream);
  return [...scope].filter((node) => !direct.has(node) && node.task.isTeardown !== true);
}

/** What a teardown waits for as if it depended on it: the work between its setups and it. */
function untilTeardown(teardown: PlanNode): readonly PlanNode[] {
  const setups = teardown.upstream.filter(({ task }) => task.isSetup === true);
  const direct = new Set(teardown.upstream);
  return [...between(setups, [teardown])].filter((node) => !direct.has(node));
}

/** What lies below some nodes and above others. Walks no further than from the first to the last, so that a small scope costs little. */
function between(starts: readonly PlanNode[], ends: readonly PlanNode[]): ReadonlySet<PlanNode> {
  const first = Math.min(...starts.map(({ order }) => order));
  const last = Math.max(...ends.map(({ order }) => order));
  const below = walk(starts, 'downstream', ({ order }) => order < last);
  const above = walk(ends, 'upstream', ({ order }) => order > first);
  return new Set([...below].filter((node) => above.has(node)));
}

/** What lies upstream or downstream of some nodes, near and far, through nodes that are let pass. */
export function walk(
  starts: readonly PlanNode[],
  direction: 'upstream' | 'downstream',
  pass: (node: PlanNode) => boolean,
): ReadonlySet<PlanNode> {
  const found = new Set<PlanNode>();
  const open = [...starts];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of node[direction]) {
      if (found.has(next) || !pass(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}
