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
  /** Length of the longest way to it; what is between two tasks is between their depths. */
  depth: number;
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
  const linked = new Map<string, LinkedTask>(
    tasks.map((task) => [task.id, { task, upstream: [], downstream: [], depth: 0 }]),
  );
  for (const node of linked.values()) {
    for (const id of node.task.upstream) {
      const parent = linked.get(id);
      if (parent === undefined) throw new Error(`task ${node.task.id} depends on ${id}, which is not in the graph`);
      node.upstream.push(parent);
      parent.downstream.push(node);
    }
  }
  measureDepths([...linked.values()]);
  return linked;
}

function measureDepths(nodes: readonly LinkedTask[]): void {
  const waitsFor = new Map(nodes.map((node) => [node, node.upstream.length]));
  const ready = nodes.filter(({ upstream }) => upstream.length === 0);
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    for (const next of node.downstream) {
      next.depth = Math.max(next.depth, node.depth + 1);
      const left = (waitsFor.get(next) ?? 0) - 1;
      waitsFor.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
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
 * them only where one of them is needed by another. Costs the graph's edges, and the tasks between each setup and its teardowns.
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
    for (const setup of setupsAmong(tasks, ids)) {
      for (const { task } of teardownsOf(setup)) found.add(task.id);
    }
  }
  return found;
}

/** Everything upstream of some tasks and the teardowns of the setups there; a teardown does not call for itself. */
function upstreamAndTeardowns(tasks: LinkedTasks, ids: ReadonlySet<string>): ReadonlySet<string> {
  const up = closureOf(tasks, ids, 'upstream');
  const found = new Set(up);
  for (const setup of setupsAmong(tasks, up)) {
    for (const teardown of teardownsOf(setup)) {
      const { id } = teardown.task;
      if (!ids.has(id) || leadsToOther(setup, ids, id)) found.add(id);
    }
  }
  return found;
}

/** Whether one of some tasks, but not a certain one, is below a setup. Looks no further than the first. */
function leadsToOther(setup: LinkedTask, ids: ReadonlySet<string>, not: string): boolean {
  const seen = new Set<LinkedTask>();
  const open = [...setup.downstream];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.task.id !== not && ids.has(node.task.id)) return true;
    for (const next of node.downstream) open.push(next);
  }
  return false;
}

/**
 * The setups that working tasks stand in, each with its teardowns. A task stands in a setup above it when one of the
 * setup's teardowns is below the task, or when the setup has none and so lasts to the end of the run.
 */
function surroundings(tasks: LinkedTasks, working: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const setup of setupsAmong(tasks, closureOf(tasks, working, 'upstream'))) {
    const teardowns = teardownsOf(setup);
    if (teardowns.length > 0 && !between(setup, teardowns).some(({ task }) => working.has(task.id))) continue;
    for (const { task } of [setup, ...teardowns]) found.add(task.id);
  }
  return found;
}

/** The tasks below a setup and above one of its teardowns. Looks at no task as deep as the deepest of these. */
function between(setup: LinkedTask, teardowns: readonly LinkedTask[]): readonly LinkedTask[] {
  const deepest = teardowns.reduce((most, { depth }) => Math.max(most, depth), 0);
  const below = new Set<LinkedTask>();
  const down = [...setup.downstream];
  for (let node = down.pop(); node !== undefined; node = down.pop()) {
    if (below.has(node) || node.depth >= deepest) continue;
    below.add(node);
    for (const next of node.downstream) down.push(next);
  }
  const found = new Set<LinkedTask>();
  const up = teardowns.flatMap(({ upstream }) => upstream);
  for (let node = up.pop(); node !== undefined; node = up.pop()) {
    if (found.has(node) || !below.has(node)) continue;
    found.add(node);
    for (const next of node.upstream) up.push(next);
  }
  return [...found];
}

function teardownsOf(setup: LinkedTask): readonly LinkedTask[] {
  return setup.downstream.filter(({ task }) => task.isTeardown === true);
}

function setupsAmong(tasks: LinkedTasks, ids: Iterable<string>): readonly LinkedTask[] {
  return [...ids].flatMap((id) => {
    const node = tasks.get(id);
    return node?.task.isSetup === true ? [node] : [];
  });
}

function addAll<Item>(set: Set<Item>, items: Iterable<Item>): void {
  for (const item of items) set.add(item);
}
