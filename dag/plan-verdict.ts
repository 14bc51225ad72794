import { countsAt } from './plan-groups.ts';
import type { PlanNode } from './plan-node.ts';
import { judge, type Verdict } from './trigger-rules.ts';

/** The verdict on a task, or on one index of a task in a mapped group. */
export function verdictOf(node: PlanNode, slot: number | null): Verdict {
  if (node.skippers > 0 || (slot !== null && (node.skippersOf?.get(slot) ?? 0) > 0)) return 'skipped';
  const { task } = node;
  const direct = countsAt(node.direct, slot);
  const watched = countsAt(node.watched, slot);
  const mapIndex = node.length === null ? -1 : (slot ?? 0);
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

/** The tasks that decide how a run ended. A teardown is none, unless its failure is the run's, or there is nothing else. */
export function leavesOf(nodes: readonly PlanNode[]): readonly PlanNode[] {
  const counts = ({ task }: PlanNode): boolean => task.isTeardown !== true || task.onFailureFailDagrun === true;
  const leaves = nodes.filter((node) => counts(node) && !node.downstream.some(counts));
  return leaves.length > 0 ? leaves : nodes.filter(({ downstream }) => downstream.length === 0);
}
