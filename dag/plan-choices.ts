import { isByIndex } from './plan-groups.ts';
import { goByIndex, nodeOf, type PlanNode, type PlanNodes } from './plan-node.ts';
import { skipsOf, type Choice } from './plan-skips.ts';
import type { TaskState } from './states.ts';

/** What the tasks of a plan that chose have skipped. */
export interface Choices {
  readonly choose: (node: PlanNode, slot: number, choice: Choice) => void;
  /** The task, or the index of it, has chosen nothing any more. */
  readonly forget: (node: PlanNode, slot: number) => void;
  /** Something was cleared: a short circuit may skip anew what it skipped before. */
  readonly reopen: () => void;
}

/** What has begun goes on, where Airflow would skip a task that waits between two tries. */
const skippable: ReadonlySet<TaskState> = new Set(['none', 'scheduled', 'queued', 'upstream_failed', 'removed']);

/** No choices yet. `mark` has a task judged again, or an index of it in a mapped group; `end` skips at once. */
export function openChoices(
  nodes: PlanNodes,
  mark: (node: PlanNode, slot?: number) => void,
  end: (node: PlanNode, slot: number, state: 'skipped') => void,
): Choices {
  /** Tasks below which a short circuit has skipped all. */
  const shut = new Set<PlanNode>();

  function choose(node: PlanNode, slot: number, choice: Choice): void {
    const followed = 'follow' in choice ? choice.follow.map((id) => nodeOf(nodes, id)) : [];
    if (isByIndex(node)) {
      chooseAt(node, slot, choice, followed);
      return;
    }
    const { direct, further } = skipsOf(node, choice, followed, shut);
    forget(node, slot);
    keep(node, slot, direct);
    for (const child of direct) {
      child.skippers++;
      skip(child);
    }
    for (const below of further) skip(below);
  }

  /** An index of a mapped group chooses for its own index: what is outside of the group waits for all of them. */
  function chooseAt(node: PlanNode, slot: number, choice: Choice, followed: readonly PlanNode[]): void {
    const { direct, further } = skipsOf(node, choice, followed, new Set(), (one) => goByIndex(node, one));
    forget(node, slot);
    keep(node, slot, direct);
    for (const child of direct) addSkipper(child, slot, 1);
    for (const one of [...direct, ...further]) {
      mark(one, slot);
      if (skippable.has(one.states[slot] ?? 'running')) end(one, slot, 'skipped');
    }
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

  function forget(node: PlanNode, slot: number): void {
    if (node.skips === null) return;
    for (const child of node.skips.get(slot) ?? []) {
      if (isByIndex(node)) addSkipper(child, slot, -1);
      else child.skippers--;
    }
    node.skips.delete(slot);
  }

  return { choose, forget, reopen: () => shut.clear() };
}

function keep(node: PlanNode, slot: number, skips: readonly PlanNode[]): void {
  (node.skips ??= new Map()).set(slot, skips);
}

function addSkipper(node: PlanNode, slot: number, by: 1 | -1): void {
  const skippers = (node.skippersOf ??= new Map<number, number>());
  skippers.set(slot, (skippers.get(slot) ?? 0) + by);
}
