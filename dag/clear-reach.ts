/** What clearing needs to know of a task. */
export interface ClearableTask {
  readonly id: string;
  /** Ids of the tasks that it depends on, by data or by order. */
  readonly upstream: readonly string[];
  readonly retries: number;
  /** Prepares something that tasks after it use. */
  readonly isSetup?: boolean;
  /** Takes down what the setups directly upstream of it prepared. */
  readonly isTeardown?: boolean;
  /** The mapped group that it belongs to, whose tasks share one map index; `null` or absent when there is none. */
  readonly mappedGroup?: string | null;
}

/** A task with its neighbours on both sides. */
interface LinkedTask {
  readonly task: ClearableTask;
  readonly upstream: LinkedTask[];
  readonly downstream: LinkedTask[];
}

/** A checked graph (see defineDag) that can be walked both ways, by task id. */
export type LinkedTasks = ReadonlyMap<string, LinkedTask>;

/** The ways in which a clear reaches out from the tasks that were named. */
export interface Directions {
  readonly upstream: boolean;
  readonly downstream: boolean;
}

/** Links a graph once; costs its edges. */
export function linkTasks(tasks: readonly ClearableTask[]): LinkedTasks {
  const linked = new Map<string, LinkedTask>(tasks.map((task) => [task.id, { task, upstream: [], downstream: [] }]));
  for (const node of linked.values()) {
    for (const id of node.task.upstream) {
      const parent = linked.get(id);
      if (parent === undefined) throw new Error(`task ${node.task.id} depends on ${id}, which is not in the graph`);
      node.upstream.push(parent);
      parent.downstream.push(node);
    }
  }
  return linked;
}

/** Ids of everything upstream or downstream of some tasks, near and far. Ids that the graph does not have lead nowhere. */
export function closureOf(
  tasks: LinkedTasks,
  ids: Iterable<string>,
  direction: 'upstream' | 'downstream',
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...ids].flatMap((id) => tasks.get(id)?.[direction] ?? []);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node.task.id)) continue;
    found.add(node.task.id);
    for (const next of node[direction]) open.push(next);
  }
  return found;
}

/**
 * Ids of what has to be cleared together with some tasks, by Airflow's rules for a part of a DAG: what lies in the
 * directions asked for, the setups that the tasks work with, and the teardowns of those setups. The tasks themselves are among
 * them only where one of them is needed by another. Costs the graph's edges, and once more for every setup above the tasks.
 */
export function relativesOf(
  tasks: LinkedTasks,
  ids: ReadonlySet<string>,
  { upstream, downstream }: Directions,
): ReadonlySet<string> {
  const found = new Set<string>();
  const down = downstream ? closureOf(tasks, ids, 'downstream') : new Set<string>();
  addAll(found, down);
  if (upstream) addAll(found, upstreamAndTeardowns(tasks, ids));
  const working = [...down, ...(upstream ? [] : ids)].filter((id) => {
    const node = tasks.get(id);
    return node !== undefined && node.task.isSetup !== true && node.task.isTeardown !== true;
  });
  addAll(found, surroundings(tasks, new Set(working)));
  if (!downstream) {
    for (const id of ids) {
      const node = tasks.get(id);
      if (node?.task.isSetup === true) addAll(found, teardownsOf(node));
    }
  }
  return found;
}

/** Everything upstream of some tasks and the teardowns of the setups there; a teardown does not call for itself. */
function upstreamAndTeardowns(tasks: LinkedTasks, ids: ReadonlySet<string>): ReadonlySet<string> {
  const up = closureOf(tasks, ids, 'upstream');
  const found = new Set(up);
  for (const setup of nodesOf(tasks, up)) {
    if (setup.task.isSetup !== true) continue;
    for (const teardown of teardownsOf(setup)) {
      if (!ids.has(teardown)) found.add(teardown);
      else {
        const others = new Set(ids);
        others.delete(teardown);
        if (closureOf(tasks, others, 'upstream').has(setup.task.id)) found.add(teardown);
      }
    }
  }
  return found;
}

/**
 * The setups that working tasks stand in, each with its teardowns. A task stands in a setup above it when one of the
 * setup's teardowns is below the task, or when the setup has none and so lasts to the end of the run.
 */
function surroundings(tasks: LinkedTasks, working: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const setup of nodesOf(tasks, closureOf(tasks, working, 'upstream'))) {
    if (setup.task.isSetup !== true) continue;
    const teardowns = teardownsOf(setup);
    const below = closureOf(tasks, [setup.task.id], 'downstream');
    const above = teardowns.length === 0 ? null : closureOf(tasks, teardowns, 'upstream');
    if (![...below].some((id) => working.has(id) && (above === null || above.has(id)))) continue;
    found.add(setup.task.id);
    addAll(found, teardowns);
  }
  return found;
}

function teardownsOf(setup: LinkedTask): readonly string[] {
  return setup.downstream.filter(({ task }) => task.isTeardown === true).map(({ task }) => task.id);
}

function* nodesOf(tasks: LinkedTasks, ids: Iterable<string>): Generator<LinkedTask> {
  for (const id of ids) {
    const node = tasks.get(id);
    if (node !== undefined) yield node;
  }
}

function addAll<Item>(set: Set<Item>, items: Iterable<Item>): void {
  for (const item of items) set.add(item);
}
