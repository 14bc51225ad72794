import { addInstances, addState, linkNodes, nodeOf, type PlanNode, type PlannedTask } from './plan-node.ts';
import { skipsOf, type Choice } from './plan-skips.ts';
import { isFinished, type FinishedState, type RunState, type TaskState } from './states.ts';
import { judge, type Verdict } from './trigger-rules.ts';

/** One index of a mapped task, or a task that is not mapped (index -1, as in Airflow). */
export interface TaskInstance {
  readonly taskId: string;
  readonly mapIndex: number;
}

/** A state in which a task ends without having run. */
export type EndedState = Extract<FinishedState, 'skipped' | 'upstream_failed' | 'removed'>;

/**
 * What changed by itself when the plan was settled: who may run now, and who ended without having run. What was ready before and
 * has not begun may be among the latter, when a choice skipped it.
 */
export interface Decisions {
  readonly ready: readonly TaskInstance[];
  readonly ended: readonly (TaskInstance & { readonly state: EndedState })[];
}

/**
 * How many items a task that is mapped over results has: asked when it could run. `null`: not known, since what gives the list
 * has not succeeded.
 */
export type LengthOf = (taskId: string) => number | null;

/**
 * The course of one run: takes what happened to tasks, says what follows by the trigger rules. It has no clock and does
 * no I/O; its cost over a whole run grows with the number of edges and instances, not with their product.
 */
export interface Plan {
  /** States in index order; one entry for a task that is not mapped, or whose length is not known yet. */
  readonly states: (taskId: string) => readonly TaskState[];
  /** Number of map indexes; `null` for a task that is not mapped, has nothing to do, or whose length is not known yet. */
  readonly length: (taskId: string) => number | null;
  /**
   * Sets a state: of a task that runs or ran, or by the hand of a person (Airflow's mark). A finished state counts for the
   * tasks downstream at the next {@link settle}. A choice belongs to the success of a branch or a short circuit.
   */
  readonly record: (instance: TaskInstance, state: TaskState, choice?: Choice) => void;
  /** Judges every task whose upstream has changed, on a snapshot, again and again until nothing changes. */
  readonly settle: () => Decisions;
  /** Puts instances back to the start, to be decided anew. What was decided below them stays, unless it is cleared, too. */
  readonly clear: (instances: readonly TaskInstance[]) => void;
  /** Ends every task that has not begun, for a run that was cancelled or ended; those that are spared are decided as ever. */
  readonly abandon: (spares?: (task: PlannedTask) => boolean) => Decisions['ended'];
  /**
   * `running` until every task is finished; then Airflow's leaf rule: `failed` when a leaf failed. A teardown is no leaf unless
   * its failure is the run's. A run in which nothing runs, and nothing can, is `failed`, too.
   */
  readonly runState: () => Extract<RunState, 'running' | 'success' | 'failed'>;
}

/** A fresh plan. The tasks are a checked graph (see defineDag): unique ids, known upstream, no cycle; in any order. */
export function makePlan(tasks: readonly PlannedTask[], lengthOf: LengthOf = () => null): Plan {
  const nodes = linkNodes(tasks);
  let dirty: PlanNode[] = [...nodes.values()];
  let undecided = dirty.reduce((sum, { states }) => sum + states.length, 0);
  let unfinished = undecided;
  /** Tasks below which a short circuit has skipped all. */
  const shut = new Set<PlanNode>();
  let ready: TaskInstance[] = [];
  let ended: Decisions['ended'][number][] = [];

  function mark(node: PlanNode): void {
    if (node.dirty || node.undecided === 0) return;
    node.dirty = true;
    dirty.push(node);
  }

  function set(node: PlanNode, slot: number, state: TaskState): void {
    const before = node.states[slot];
    if (before === undefined || before === state) return;
    node.states[slot] = state;
    if (before === 'none') decide(node, 1);
    if (isFinished(before)) count(node, before, -1);
    if (isFinished(state)) count(node, state, 1);
    if (state !== 'none') return;
    decide(node, -1);
    mark(node);
  }

  function decide(node: PlanNode, by: number): void {
    node.undecided -= by;
    undecided -= by;
  }

  function count(node: PlanNode, state: FinishedState, by: 1 | -1): void {
    unfinished -= by;
    for (const child of node.downstream) {
      addState(child.direct, node, state, by);
      mark(child);
    }
    for (const watcher of node.watchers) {
      addState(watcher.watched, node, state, by);
      mark(watcher);
    }
  }

  function end(node: PlanNode, slot: number, state: EndedState): void {
    ended.push({ ...instanceAt(node, slot), state });
    set(node, slot, state);
  }

  /** Gives a mapped task another number of indexes; new ones are undecided. */
  function resize(node: PlanNode, length: number): void {
    const before = node.states.length;
    node.length = length;
    const more = Math.max(length - before, 0);
    for (let at = 0; at < more; at++) node.states.push('none');
    unfinished += more;
    decide(node, -more);
    for (const child of node.downstream) addInstances(child.direct, node, more);
    for (const watcher of node.watchers) addInstances(watcher.watched, node, more);
    for (let slot = length; slot < before; slot++) end(node, slot, 'removed');
  }

  function settle(): Decisions {
    while (dirty.length > 0) {
      // All verdicts of a pass first: what the pass decides must not sway the rest of it.
      const judged = dirty.filter((node) => node.undecided > 0).map((node) => ({ node, verdict: verdictOf(node) }));
      for (const node of dirty) node.dirty = false;
      dirty = [];
      for (const { node, verdict } of judged) if (verdict !== 'wait') apply(node, verdict);
    }
    const decisions = { ready, ended };
    ready = [];
    ended = [];
    return decisions;
  }

  function apply(node: PlanNode, verdict: Exclude<Verdict, 'wait'>): void {
    let decided: Exclude<Verdict, 'wait'> = verdict;
    if (verdict === 'ready' && node.task.over !== undefined) {
      const length = lengthOf(node.task.id);
      if (length !== null && length > 0) resize(node, length);
      else if (node.length === null) decided = length === null ? 'upstream_failed' : 'skipped';
    } else if (verdict === 'ready' && node.task.length === 0) decided = 'skipped';
    for (const [slot, state] of node.states.entries()) {
      if (state !== 'none') continue;
      if (decided !== 'ready') end(node, slot, decided);
      else {
        ready.push(instanceAt(node, slot));
        set(node, slot, 'scheduled');
      }
    }
  }

  function choose(node: PlanNode, choice: Choice): void {
    const followed = 'follow' in choice ? choice.follow.map((id) => nodeOf(nodes, id)) : [];
    const { direct, further } = skipsOf(node, choice, followed, shut);
    forget(node);
    node.skips = direct;
    for (const child of direct) {
      child.skippers++;
      skip(child);
    }
    for (const below of further) skip(below);
  }

  /**
   * A choice skips at once, whatever the trigger rule, but not what has begun or ended by itself. Indexes of a mapped task that
   * are known already are skipped when they are judged, and only directly below: so does Airflow 3.3.
   */
  function skip(node: PlanNode): void {
    mark(node);
    if (node.length !== null) return;
    const [state = 'none'] = node.states;
    if (skippable.has(state)) end(node, 0, 'skipped');
  }

  function forget(node: PlanNode): void {
    for (const child of node.skips) child.skippers--;
    node.skips = [];
  }

  return {
    states: (taskId) => nodeOf(nodes, taskId).states,
    length: (taskId) => nodeOf(nodes, taskId).length,
    record: ({ taskId, mapIndex }, state, choice) => {
      const node = nodeOf(nodes, taskId);
      set(node, slotOf(node, mapIndex), state);
      if (choice !== undefined) choose(node, choice);
    },
    settle,
    clear: (instances) => {
      shut.clear();
      for (const { taskId, mapIndex } of instances) {
        const node = nodeOf(nodes, taskId);
        set(node, slotOf(node, mapIndex), 'none');
        forget(node);
      }
    },
    abandon: (spares = () => false) => {
      for (const node of nodes.values()) {
        if (spares(node.task)) continue;
        for (const [slot, state] of node.states.entries()) if (state === 'none') end(node, slot, 'skipped');
      }
      const abandoned = ended;
      ended = [];
      return abandoned;
    },
    runState: () => {
      if (unfinished > 0) return undecided === unfinished && dirty.length === 0 ? 'failed' : 'running';
      const lost = leavesOf([...nodes.values()]).some(({ states }) =>
        states.some((state) => state === 'failed' || state === 'upstream_failed'),
      );
      return lost ? 'failed' : 'success';
    },
  };
}

function verdictOf(node: PlanNode): Verdict {
  if (node.skippers > 0) return 'skipped';
  const { task, direct, watched } = node;
  const mapIndex = node.length === null ? -1 : 0;
  if (direct.total === 0 || task.triggerRule === 'always') return overSources(node, 'ready');
  const around = judge(task.isTeardown === true ? 'all_done' : 'all_success', watched, mapIndex);
  if (around !== 'ready' && around !== 'wait') return around;
  const verdict = judge(task.triggerRule, direct, mapIndex);
  return overSources(node, verdict === 'ready' ? around : verdict);
}

/** A map over results ends as what gives them did, whatever its trigger rule, while its length is not known. */
function overSources(node: PlanNode, verdict: Verdict): Verdict {
  if (node.task.over === undefined || node.length !== null || verdict === 'upstream_failed') return verdict;
  let given = verdict;
  for (const source of node.upstream) {
    const [state] = source.states;
    if (source.length !== null || state === undefined || !node.task.over.includes(source.task.id)) continue;
    if (state === 'failed' || state === 'upstream_failed') return 'upstream_failed';
    if (state === 'skipped') given = 'skipped';
  }
  return given;
}

function leavesOf(nodes: readonly PlanNode[]): readonly PlanNode[] {
  const counts = ({ task }: PlanNode): boolean => task.isTeardown !== true || task.onFailureFailDagrun === true;
  const leaves = nodes.filter((node) => counts(node) && !node.downstream.some(counts));
  return leaves.length > 0 ? leaves : nodes.filter(({ downstream }) => downstream.length === 0);
}

/** What has begun goes on, where Airflow would skip a task that waits between two tries. */
const skippable: ReadonlySet<TaskState> = new Set(['none', 'scheduled', 'queued', 'upstream_failed', 'removed']);

function slotOf({ task, length, states }: PlanNode, mapIndex: number): number {
  const slot = length === null ? 0 : mapIndex;
  if ((length === null) !== mapIndex < 0 || states[slot] === undefined) {
    throw new Error(`task ${task.id} has no map index ${mapIndex}`);
  }
  return slot;
}

function instanceAt({ task, length }: PlanNode, slot: number): TaskInstance {
  return { taskId: task.id, mapIndex: length === null ? -1 : slot };
}
