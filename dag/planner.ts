import { isFinished, type FinishedState, type RunState, type TaskState } from './states.ts';
import { judge, type TriggerRule, type UpstreamCounts } from './trigger-rules.ts';

/** What the planner needs to know of a task. */
export interface PlannedTask {
  readonly id: string;
  /** Ids of the tasks that it depends on, by data or by order. */
  readonly upstream: readonly string[];
  readonly triggerRule: TriggerRule;
  /** Number of map indexes; `null` for a task that is not mapped. 0 ends as skipped. */
  readonly length: number | null;
}

/** One index of a mapped task, or a task that is not mapped (index -1, as in Airflow). */
export interface TaskInstance {
  readonly taskId: string;
  readonly mapIndex: number;
}

/** What changed by itself when the plan was settled: who may run now, and who ended without having run. */
export interface Decisions {
  readonly ready: readonly TaskInstance[];
  readonly ended: readonly (TaskInstance & { readonly state: 'skipped' | 'upstream_failed' })[];
}

/**
 * The course of one run: takes what happened to tasks, says what follows by the trigger rules. It has no clock and does
 * no I/O; its cost over a whole run grows with the number of edges and instances, not with their product.
 */
export interface Plan {
  /** States in index order; one entry for a task that is not mapped. */
  readonly states: (taskId: string) => readonly TaskState[];
  /** Sets a state. A finished state counts for the tasks downstream at the next {@link settle}. */
  readonly record: (instance: TaskInstance, state: TaskState) => void;
  /** Judges every task whose upstream has changed, on a snapshot, again and again until nothing changes. */
  readonly settle: () => Decisions;
  /** Ends every task that has not begun, for a run that was cancelled. */
  readonly abandon: () => Decisions['ended'];
  /** `running` until every task is finished; then Airflow's leaf rule: `failed` when a task with nothing downstream failed. */
  readonly runState: () => Extract<RunState, 'running' | 'success' | 'failed'>;
}

interface Node {
  readonly task: PlannedTask;
  readonly downstream: Node[];
  readonly states: TaskState[];
  readonly counts: { -readonly [Key in keyof UpstreamCounts]: number };
  decided: boolean;
  dirty: boolean;
}

/** A fresh plan. The tasks are a checked graph (see defineDag): unique ids, known upstream, no cycle. */
export function makePlan(tasks: readonly PlannedTask[]): Plan {
  const nodes = new Map<string, Node>(tasks.map((task) => [task.id, newNode(task)]));
  let unfinished = 0;
  for (const node of nodes.values()) {
    unfinished += node.states.length;
    for (const id of node.task.upstream) {
      const parent = nodeOf(nodes, id);
      parent.downstream.push(node);
      node.counts.total += parent.states.length;
    }
  }
  let dirty: Node[] = [...nodes.values()];

  function record({ taskId, mapIndex }: TaskInstance, state: TaskState): void {
    const node = nodeOf(nodes, taskId);
    const at = Math.max(mapIndex, 0);
    const before = node.states[at];
    if (before === undefined) throw new Error(`task ${taskId} has no map index ${mapIndex}`);
    if (before === state) return;
    node.states[at] = state;
    if (isFinished(before)) count(node, before, -1);
    if (isFinished(state)) count(node, state, 1);
  }

  function count(node: Node, state: FinishedState, by: 1 | -1): void {
    unfinished -= by;
    for (const child of node.downstream) {
      child.counts[state] += by;
      if (!child.decided && !child.dirty) {
        child.dirty = true;
        dirty.push(child);
      }
    }
  }

  function settle(): Decisions {
    const ready: TaskInstance[] = [];
    const ended: Decisions['ended'][number][] = [];
    while (dirty.length > 0) {
      // All verdicts of a pass first: what the pass decides must not sway the rest of it.
      const judged = dirty.filter(({ decided }) => !decided).map((node) => ({ node, verdict: verdictOf(node) }));
      dirty = [];
      for (const { node } of judged) node.dirty = false;
      for (const { node, verdict } of judged) {
        if (verdict === 'wait') continue;
        node.decided = true;
        for (const instance of instancesOf(node)) {
          record(instance, verdict === 'ready' ? 'scheduled' : verdict);
          if (verdict === 'ready') ready.push(instance);
          else ended.push({ ...instance, state: verdict });
        }
      }
    }
    return { ready, ended };
  }

  function abandon(): Decisions['ended'] {
    const open = [...nodes.values()].filter((node) => !node.decided);
    return open.flatMap((node) => {
      node.decided = true;
      return instancesOf(node).map((instance) => {
        record(instance, 'skipped');
        return { ...instance, state: 'skipped' as const };
      });
    });
  }

  function runState(): 'running' | 'success' | 'failed' {
    if (unfinished > 0) return 'running';
    const leaves = [...nodes.values()].filter(({ downstream }) => downstream.length === 0);
    const lost = leaves.some(({ states }) => states.some((state) => state === 'failed' || state === 'upstream_failed'));
    return lost ? 'failed' : 'success';
  }

  return { states: (taskId) => nodeOf(nodes, taskId).states, record, settle, abandon, runState };
}

function newNode(task: PlannedTask): Node {
  return {
    task,
    downstream: [],
    // A map over nothing still is one instance, which says that there was nothing to do.
    states: Array.from({ length: Math.max(task.length ?? 1, 1) }, () => 'none' as const),
    counts: { total: 0, success: 0, failed: 0, skipped: 0, upstream_failed: 0, removed: 0 },
    decided: false,
    dirty: true,
  };
}

function verdictOf({ task, counts }: Node): ReturnType<typeof judge> {
  const verdict = judge(task.triggerRule, counts);
  return verdict === 'ready' && task.length === 0 ? 'skipped' : verdict;
}

function instancesOf({ task }: Node): TaskInstance[] {
  if (task.length === null || task.length === 0) return [{ taskId: task.id, mapIndex: -1 }];
  return Array.from({ length: task.length }, (_, mapIndex) => ({ taskId: task.id, mapIndex }));
}

function nodeOf(nodes: ReadonlyMap<string, Node>, id: string): Node {
  const node = nodes.get(id);
  if (node === undefined) throw new Error(`there is no task ${id}`);
  return node;
}
