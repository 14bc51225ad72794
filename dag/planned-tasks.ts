import type { TaskDefinition } from './definition.ts';
import { sourcesOf } from './map-list.ts';
import type { PlannedTask } from './plan-node.ts';
import { teardownRule } from './trigger-rules.ts';

/** What the planner needs to know of a definition's tasks. */
export function plannedTasks(tasks: readonly TaskDefinition[]): readonly PlannedTask[] {
  return tasks.map(({ id, upstream, triggerRule, items, list, kind, onFailureFailDagrun, mappedGroup }) => ({
    id,
    upstream,
    triggerRule: kind === 'teardown' ? teardownRule : triggerRule,
    length: items === null ? null : items.length,
    ...(list !== undefined && { over: sourcesOf(list) }),
    ...(mappedGroup !== undefined && { mappedGroup }),
    isSetup: kind === 'setup',
    isTeardown: kind === 'teardown',
    onFailureFailDagrun: onFailureFailDagrun === true,
  }));
}
