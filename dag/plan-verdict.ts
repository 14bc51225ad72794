import { countsAt, indexesToJudge, isByIndex } from './plan-groups.ts';
import type { PlanNode } from './plan-node.ts';
import { judge, type Verdict } from './trigger-rules.ts';

/** A verdict on a task, or on one index of a task in a mapped group. */
export interface Judgement {
  readonly node: PlanNode;
  readonly slot: number | null;
  readonly verdict: Verdict;
}

/**
 * Judges tasks by the states as they are now. Maps whose list is not known come last, in the order of the graph, since what is
 * decided of the tasks that give the list ends them at once (see {@link afterSources}).
 */
export function judgeNodes(nodes: readonly PlanNode[]): readonly Judgement[] {
  const judged: Judgement[] = [];
  const maps: Judgement[] = [];
  for (const node of nodes) {
    node.dirty = false;
    if (node.undecided === 0) continue;
    if (!isByIndex(node)) (awaitsList(node) ? maps : judged).push({ node, slot: null, verdict: verdictOf(node, null) });
    else {
      for (const slot of indexesToJudge(node)) {
        if (node.states[slot] === 'none') judged.push({ node, slot, verdict: verdictOf(node, slot) });
      }
    }
  }
  return maps.length === 0 ? judged : [...judged, ...maps.toSorted((a, b) => a.node.order - b.node.order)];
}

function verdictOf(node: PlanNode, slot: number | null): Verdict {
  if (node.skippers > 0 || (slot !== null && (node.skippersOf?.get(slot) ?? 0) > 0)) return 'skipped';
  const { task } = node;
  const direct = countsAt(node.direct, slot);
  const watched = countsAt(node.watched, slot);
  const mapIndex = node.length === null ? -1 : (slot ?? 0);
  if (direct.total === 0 || task.triggerRule === 'always') return 'ready';
  const around = judge(task.isTeardown === true ? 'all_done' : 'all_success', watched, mapIndex);
  if (around !== 'ready' && around !== 'wait') return around;
  const verdict = judge(task.triggerRule, direct, mapIndex);
  return verdict === 'ready' ? around : verdict;
}

function awaitsList({ task, length }: PlanNode): boolean {
  return task.over !== undefined && length === null;
}

/**
 * What becomes of a map whose list is not known: whatever its trigger rule says, it ends as what gives the list did, and in the
 * same pass. Airflow's scheduler looks at those in the database, at all else as it was when the pass began.
 */
export function afterSources({ node, verdict }: Judgement): Verdict {
  if (!awaitsList(node) || node.skippers > 0 || verdict === 'upstream_failed') return verdict;
  let given = verdict;
  for (const source of node.upstream) {
    const [state] = source.states;
    if (source.length !== null || state === undefined || node.task.over?.includes(source.task.id) !== true) continue;
    if (state === 'failed' || state === 'upstream_failed') return 'upstream_failed';
    if (state === 'skipped') given = 'skipped';
  }
  return given;
}

/** The tasks that decide how a run ended. A teardown is none, unless its failure is the run's, or there is nothing else. */
export function leavesOf(nodes: readonly PlanNode[]): readonly PlanNode[] {
  const counts = ({ task }: PlanNode): boolean => task.isTeardown !== true || task.onFailureFailDagrun === true;
  const leaves = nodes.filter((node) => counts(node) && !node.downstream.some(counts));
  return leaves.length > 0 ? leaves : nodes.filter(({ downstream }) => downstream.length === 0);
}
