import type { Counts, PlanNode, PlanNodes, Tally } from './plan-node.ts';
import type { UpstreamCounts } from './trigger-rules.ts';

/** A group that is mapped over results: all of its tasks have the same indexes, as soon as the list is there. */
export interface PlanGroup {
  readonly nodes: readonly PlanNode[];
  /** Number of items; `null` while it is not known. */
  length: number | null;
}

/** The groups that are mapped over results, by what a run of a plan asks for. */
export interface PlanGroups {
  readonly of: (node: PlanNode) => PlanGroup | undefined;
  /** The groups that are mapped over the result of a task. */
  readonly over: (node: PlanNode) => readonly PlanGroup[];
  readonly size: number;
}

/** Finds the groups that are mapped over results. */
export function planGroups(nodes: PlanNodes): PlanGroups {
  const members = new Map<string, PlanNode[]>();
  for (const node of nodes.values()) {
    const { mappedGroup, over } = node.task;
    if (mappedGroup === undefined || over === undefined) continue;
    const known = members.get(mappedGroup);
    if (known === undefined) members.set(mappedGroup, [node]);
    else known.push(node);
  }
  const groups = new Map<string, PlanGroup>();
  const bySource = new Map<string, PlanGroup[]>();
  for (const [id, found] of members) {
    const group: PlanGroup = { nodes: found, length: null };
    groups.set(id, group);
    for (const source of new Set(found.flatMap(({ task }) => task.over ?? []))) {
      bySource.set(source, [...(bySource.get(source) ?? []), group]);
    }
  }
  return {
    of: ({ task }) => (task.mappedGroup === undefined ? undefined : groups.get(task.mappedGroup)),
    over: ({ task }) => bySource.get(task.id) ?? [],
    size: groups.size,
  };
}

/** Whether a task's indexes are judged one by one. */
export function isByIndex({ task, length }: PlanNode): boolean {
  return length !== null && task.mappedGroup !== undefined;
}

/** What one index waits for, its own and what all wait for; the latter where no index is given. */
export function countsAt({ whole, byIndex }: Counts, slot: number | null): UpstreamCounts {
  const own = slot === null ? undefined : byIndex?.[slot];
  if (own === undefined) return whole;
  const sum: Tally = { ...whole };
  for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += own[key];
  return sum;
}

/**
 * The indexes that have to be judged now. What all indexes wait for calls upon all of them only when it stands differently to a
 * trigger rule than before: else every end of a task that many wait for would cost all of its indexes.
 */
export function indexesToJudge(node: PlanNode): Iterable<number> {
  const stands = standing(node);
  const all = stands === null || stands !== node.judgedAt;
  const some = new Set(node.dirtyIndexes ?? []);
  node.judgedAt = stands;
  node.dirtyIndexes = null;
  return all ? node.states.keys() : some;
}

/** All that a trigger rule can see of what all indexes wait for, as long as it has not ended; `null` where it sees numbers. */
function standing({ direct, watched, skippers }: PlanNode): string | null {
  if (direct.whole.removed > 0 || watched.whole.removed > 0) return null;
  return `${Math.sign(skippers)}${signsOf(direct.whole)}${signsOf(watched.whole)}`;
}

function signsOf(tally: Tally): string {
  const { total, success, failed, skipped, upstream_failed: lost, setups, setupSuccess, setupSkipped } = tally;
  const signs = [total, success, failed, skipped, lost, setupSuccess].map(Math.sign).join('');
  return `${signs}${Number(success + failed + skipped + lost >= total)}${Number(setupSkipped >= setups)}`;
}
