import { DagDefinitionError } from './definition-error.ts';
import type { TaskDefinition } from './definition.ts';
import type { TriggerRule } from './trigger-rules.ts';

/** Rules under which a task does not succeed when one upstream of it failed. */
const tellsFailures: ReadonlySet<TriggerRule> = new Set(['all_success', 'none_failed', 'none_failed_min_one_success']);

/** Rules under which a task runs only because one upstream of it failed. */
const afterFailures: ReadonlySet<TriggerRule> = new Set(['all_failed', 'one_failed']);

/** Rules that ask for something other than skips. */
const needsMoreThanSkips: ReadonlySet<TriggerRule> = new Set([
  'all_success',
  'all_failed',
  'all_done_min_one_success',
  'one_failed',
  'one_success',
  'one_done',
  'none_failed_min_one_success',
  'none_skipped',
]);

/** Throws a definition error for a task that can never run, whatever happens. Costs the edges, and those around failure handlers. */
export function checkRulesCanFire(dagId: string, tasks: readonly TaskDefinition[]): void {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const neverRuns = new Set<string>();
  for (const task of tasks) {
    const { id, triggerRule, upstream, items } = task;
    if (items?.length === 0) {
      neverRuns.add(id);
      continue;
    }
    const refuse = (why: string): never => {
      throw new DagDefinitionError(dagId, `task ${id}: under its trigger rule ${triggerRule} it can never run: ${why}`);
    };
    if (needsMoreThanSkips.has(triggerRule)) {
      const strict = triggerRule.startsWith('all_') || triggerRule === 'none_skipped';
      const skipped = upstream.filter((up) => neverRuns.has(up));
      if (skipped.length > 0 && (strict || skipped.length === upstream.length)) {
        refuse(
          `${skipped.join(', ')} maps over nothing, and so is always skipped; choose none_failed, or give it items`,
        );
      }
    }
    if (!tellsFailures.has(triggerRule)) continue;
    const own = new Set(upstream);
    for (const up of upstream) {
      const handler = byId.get(up);
      if (handler === undefined || !afterFailures.has(handler.triggerRule) || handler.upstream.length === 0) continue;
      if (triggerRule === 'all_success' && handler.upstream.every((one) => own.has(one))) {
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
