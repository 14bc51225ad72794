import { DagDefinitionError } from './definition-error.ts';
import type { TaskDefinition } from './definition.ts';
import type { TriggerRule } from './trigger-rules.ts';

/** Rules under which a task does not succeed when one upstream of it failed. */
const tellsFailures: ReadonlySet<TriggerRule> = new Set(['all_success', 'none_failed', 'none_failed_min_one_success']);

/** Rules under which a task runs only because one upstream of it failed. */
const afterFailures: ReadonlySet<TriggerRule> = new Set(['all_failed', 'one_failed']);

/** Whether a rule can never be met below maps over nothing, which end as skipped, or `upstream_failed` where they have an upstream. */
const neverBelowNothing: Readonly<Partial<Record<TriggerRule, (maps: BelowNothing) => boolean>>> = {
  all_success: () => true,
  all_done_min_one_success: ({ somethingSkipped }) => somethingSkipped,
  all_failed: ({ somethingSkipped }) => somethingSkipped,
  none_skipped: ({ somethingSkipped }) => somethingSkipped,
  one_success: ({ nothingElse }) => nothingElse,
  one_done: ({ nothingElse }) => nothingElse,
  none_failed_min_one_success: ({ nothingElse }) => nothingElse,
  one_failed: ({ nothingElse, allSkipped }) => nothingElse && allSkipped,
};

interface BelowNothing {
  /** There is no other task upstream. */
  readonly nothingElse: boolean;
  /** One of the maps has no upstream, and so is always skipped. */
  readonly somethingSkipped: boolean;
  /** All of them are always skipped. */
  readonly allSkipped: boolean;
}

/** Throws a definition error for a task that can never run, whatever happens. Costs the edges, and those around failure handlers. */
export function checkRulesCanFire(dagId: string, tasks: readonly TaskDefinition[]): void {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  for (const { id, triggerRule, upstream, items, mappedGroup } of tasks) {
    // Nothing of a group that is mapped over nothing runs, and none of its tasks is to blame.
    if (mappedGroup !== undefined && items?.length === 0) continue;
    const refuse = (why: string): never => {
      throw new DagDefinitionError(dagId, `task ${id}: under its trigger rule ${triggerRule} it can never run: ${why}`);
    };
    const maps = upstream.filter((up) => byId.get(up)?.items?.length === 0);
    const skipped = maps.filter((up) => byId.get(up)?.upstream.length === 0);
    const below = {
      nothingElse: maps.length === upstream.length,
      somethingSkipped: skipped.length > 0,
      allSkipped: skipped.length === maps.length,
    };
    if (maps.length > 0 && neverBelowNothing[triggerRule]?.(below) === true) {
      refuse(`${maps.join(', ')} maps over nothing, and so never succeeds; choose none_failed, or give it items`);
    }
    if (triggerRule !== 'all_success') continue;
    const own = new Set(upstream);
    for (const up of upstream) {
      const handler = byId.get(up);
      if (handler === undefined || !afterFailures.has(handler.triggerRule) || handler.upstream.length === 0) continue;
      if (handler.upstream.every((one) => own.has(one))) {
        refuse(
          `${up} runs only when one of ${handler.upstream.join(', ')} failed, and these are upstream, too; choose one_success or all_done`,
        );
      }
    }
  }
}

/** What is allowed, but hardly meant: a failure that no task says, so that the run succeeds all the same. */
export function definitionWarnings(tasks: readonly TaskDefinition[]): readonly string[] {
  const counts = ({ kind, onFailureFailDagrun }: TaskDefinition): boolean =>
    kind !== 'teardown' || onFailureFailDagrun === true;
  const heard = new Set<string>();
  const hasBelow = new Set<string>();
  // From the last to the first, since a task's failure is heard when one below it tells.
  for (const task of tasks.toReversed()) {
    if (!hasBelow.has(task.id)) heard.add(task.id);
    const tells = tellsFailures.has(task.triggerRule) && heard.has(task.id);
    if (!counts(task)) continue;
    for (const up of task.upstream) {
      hasBelow.add(up);
      if (tells) heard.add(up);
    }
  }
  return tasks.flatMap((task) => {
    if (!counts(task) || tellsFailures.has(task.triggerRule)) return [];
    const hidden = task.upstream.filter((up) => !heard.has(up));
    if (hidden.length === 0) return [];
    const named =
      hidden.length > 5 ? `${hidden.slice(0, 5).join(', ')} and ${hidden.length - 5} more` : hidden.join(', ');
    return [
      `task ${task.id} can succeed under ${task.triggerRule} although ${named} failed, and no other task tells: the run would succeed; let a task under all_success come after ${hidden.length === 1 ? 'it' : 'them'}, too`,
    ];
  });
}
