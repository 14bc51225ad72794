import { isByIndex, planGroups, type PlanGroup } from './plan-groups.ts';
import {
  addInstances,
  addState,
  goByIndex,
  linkNodes,
  nodeOf,
  splitInstance,
  type Counts,
  type PlanNode,
  type PlannedTask,
} from './plan-node.ts';
import { openChoices } from './plan-choices.ts';
import type { Choice } from './plan-skips.ts';
import { afterSources, judgeNodes, leavesOf } from './plan-verdict.ts';
import { isFinished, type FinishedState, type RunState, type TaskState } from './states.ts';
import type { Verdict } from './trigger-rules.ts';

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
  /** Gives a task that is mapped over results the indexes that it had in an earlier attempt; before anything else is recorded. */
  readonly expand: (taskId: string, length: number) => void;
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
  const groups = planGroups(nodes);
  /** Mapped groups of which something that gives the list has just ended. */
  const given = new Set<PlanGroup>();
  let dirty: PlanNode[] = [...nodes.values()];
  let undecided = dirty.reduce((sum, { states }) => sum + states.length, 0);
  let unfinished = undecided;
  const choices = openChoices(nodes, mark, end);
  let ready: TaskInstance[] = [];
  let ended: Decisions['ended'][number][] = [];

  /** Has a task judged; in a mapped group an index of it, or, where none is given, all that what they all wait for concerns. */
  function mark(node: PlanNode, slot?: number): void {
    if (node.undecided === 0) return;
    if (slot !== undefined && isByIndex(node)) (node.dirtyIndexes ??= []).push(slot);
    if (node.dirty) return;
    node.dirty = true;
    dirty.push(node);
    for (const map of node.maps) mark(map);
  }

  function set(node: PlanNode, slot: number, state: TaskState): void {
    const before = node.states[slot];
    if (before === undefined || before === state) return;
    node.states[slot] = state;
    if (before === 'none') decide(node, 1);
    if (isFinished(before)) count(node, slot, before, -1);
    if (isFinished(state)) count(node, slot, state, 1);
    if (state !== 'none') return;
    decide(node, -1);
    mark(node, slot);
  }

  function decide(node: PlanNode, by: number): void {
    node.undecided -= by;
    undecided -= by;
  }

  function count(node: PlanNode, slot: number, state: FinishedState, by: 1 | -1): void {
    unfinished -= by;
    const byIndex = isByIndex(node);
    for (const child of node.downstream) {
      if (byIndex && goByIndex(child, node)) tellIndex(child, child.direct, node, slot, state, by);
      else {
        addState(child.direct.whole, node, state, by);
        mark(child);
      }
    }
    for (const watcher of node.watchers) {
      if (byIndex && goByIndex(watcher, node)) tellIndex(watcher, watcher.watched, node, slot, state, by);
      else {
        addState(watcher.watched.whole, node, state, by);
        mark(watcher);
      }
    }
    if (groups.size === 0) return;
    for (const group of groups.over(node)) {
      if (by === 1) given.add(group);
      else group.length = null;
    }
  }

  function tellIndex(
    waiting: PlanNode,
    { byIndex }: Counts,
    node: PlanNode,
    slot: number,
    state: FinishedState,
    by: 1 | -1,
  ): void {
    const own = byIndex?.[slot];
    if (own !== undefined) addState(own, node, state, by);
    mark(waiting, slot);
  }

  function end(node: PlanNode, slot: number, state: EndedState): void {
    ended.push({ ...instanceAt(node, slot), state });
    set(node, slot, state);
  }

  /** Gives a mapped task another number of indexes; new ones are undecided. */
  function resize(node: PlanNode, length: number): void {
    const before = node.states.length;
    const more = Math.max(length - before, 0);
    const isFirst = node.length === null;
    node.length = length;
    const grow = (waiting: PlanNode, counts: Counts): void => {
      if (!isFirst || !goByIndex(waiting, node)) addInstances(waiting, counts, node, before, more);
      else {
        splitInstance(counts, node);
        addInstances(waiting, counts, node, 0, length);
        mark(waiting);
      }
    };
    for (let at = 0; at < more; at++) node.states.push('none');
    unfinished += more;
    decide(node, -more);
    for (const child of node.downstream) grow(child, child.direct);
    for (const watcher of node.watchers) grow(watcher, watcher.watched);
    for (let slot = length; slot < before; slot++) end(node, slot, 'removed');
  }

  function settle(): Decisions {
    while (dirty.length > 0) {
      if (groups.size > 0) expandGroups();
      // All verdicts of a pass first: what the pass decides must not sway the rest of it.
      const judged = judgeNodes(dirty);
      dirty = [];
      for (const judgement of judged) {
        const { node, slot } = judgement;
        const verdict = afterSources(judgement);
        if (verdict === 'wait') continue;
        if (slot === null) apply(node, verdict);
        else applyAt(node, slot, verdict);
      }
    }
    const decisions = { ready, ended };
    ready = [];
    ended = [];
    return decisions;
  }

  /** Gives the tasks of a mapped group their indexes, as soon as its list is there. What has been decided of a task by then stays. */
  function expandGroups(): void {
    for (const group of given) {
      const [first] = group.nodes;
      group.length = first === undefined ? null : lengthOf(first.task.id);
      for (const node of group.nodes) expand(node, group);
    }
    given.clear();
    for (const node of dirty) {
      const group = node.length === null ? groups.of(node) : undefined;
      if (group !== undefined) expand(node, group);
    }
  }

  function expand(node: PlanNode, { length }: PlanGroup): void {
    if (length === null || length === 0 || node.undecided === 0) return;
    // Asked for each task, so that whoever answers knows of its indexes, too, and of new items of as many as before.
    lengthOf(node.task.id);
    if (length === node.length) return;
    resize(node, length);
    node.judgedAt = null;
    mark(node);
  }

  function apply(node: PlanNode, verdict: Exclude<Verdict, 'wait'>): void {
    let decided: Exclude<Verdict, 'wait'> = verdict;
    if (verdict === 'ready' && node.task.over !== undefined) {
      const length = lengthOf(node.task.id);
      if (length !== null && length > 0) resize(node, length);
      else decided = length === null ? 'upstream_failed' : 'skipped';
    } else if (verdict === 'ready' && node.task.length === 0) decided = 'skipped';
    for (const [slot, state] of node.states.entries()) if (state === 'none') applyAt(node, slot, decided);
  }

  function applyAt(node: PlanNode, slot: number, decided: Exclude<Verdict, 'wait'>): void {
    if (decided !== 'ready') end(node, slot, decided);
    else {
      ready.push(instanceAt(node, slot));
      set(node, slot, 'scheduled');
    }
  }

  return {
    states: (taskId) => nodeOf(nodes, taskId).states,
    length: (taskId) => nodeOf(nodes, taskId).length,
    record: ({ taskId, mapIndex }, state, choice) => {
      const node = nodeOf(nodes, taskId);
      const slot = slotOf(node, mapIndex);
      set(node, slot, state);
      if (choice !== undefined) choices.choose(node, slot, choice);
    },
    expand: (taskId, length) => {
      const node = nodeOf(nodes, taskId);
      if (node.task.over !== undefined && node.length === null) resize(node, length);
    },
    settle,
    clear: (instances) => {
      choices.reopen();
      for (const { taskId, mapIndex } of instances) {
        const node = nodeOf(nodes, taskId);
        const slot = slotOf(node, mapIndex);
        set(node, slot, 'none');
        choices.forget(node, slot);
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
