import { walk, type PlanNode } from './plan-node.ts';

/**
 * What a task that ended chose for the tasks below it: a branch follows some (ids of tasks directly below it, or of any below
 * those) and skips the rest of those directly below; a short circuit skips all that is below, or all directly below.
 */
export type Choice = { readonly follow: readonly string[] } | { readonly skip: 'all' | 'direct' };

/** The tasks that a choice skips: those directly below the one that chose, and those further down. */
export interface ChosenSkips {
  readonly direct: readonly PlanNode[];
  readonly further: Iterable<PlanNode>;
}

/**
 * Works out what a choice skips, by Airflow's rules: a task that a followed one leads to is not skipped, and a short circuit
 * skips no teardown, and nothing that it does not reach. What is `shut`, where everything below was skipped before, is not walked again, and what is walked is added.
 */
export function skipsOf(
  node: PlanNode,
  choice: Choice,
  followed: readonly PlanNode[],
  shut: Set<PlanNode>,
  reaches: (node: PlanNode) => boolean = () => true,
): ChosenSkips {
  if ('follow' in choice) {
    const chosen = new Set(followed);
    const open = node.downstream.filter((child) => !chosen.has(child) && reaches(child));
    // Walks no further than to the last of those that may be skipped.
    const last = open.reduce((latest, { order }) => Math.max(latest, order), -1);
    const led = walk(followed, 'downstream', ({ order }) => order <= last);
    return { direct: open.filter((child) => !led.has(child)), further: [] };
  }
  const direct = node.downstream.filter((child) => child.task.isTeardown !== true && reaches(child));
  if (choice.skip === 'direct') return { direct, further: [] };
  const below = walk([node], 'downstream', (next) => !shut.has(next) && reaches(next));
  for (const one of below) shut.add(one);
  return { direct, further: [...below].filter(({ task }) => task.isTeardown !== true) };
}
