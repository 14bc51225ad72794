import type { TaskDefinition } from './definition.ts';
import type { Choice } from './plan-skips.ts';

/** What a task's result means for the tasks below it; `undefined` for one that chooses nothing. */
export function choiceOf(
  { kind, choices = {}, ignoreDownstreamTriggerRules }: TaskDefinition,
  result: unknown,
): Choice | undefined {
  if (kind === 'branch') {
    const chosen: readonly unknown[] = result == null ? [] : Array.isArray(result) ? result : [result];
    return { follow: chosen.flatMap((one) => choices[String(one)] ?? []) };
  }
  if (kind === 'short_circuit' && result !== true)
    return { skip: ignoreDownstreamTriggerRules === false ? 'direct' : 'all' };
  // Airflow's latest-only is a branch, which skips teardowns, too, that are directly below it.
  return kind === 'latest_only' && result !== true ? { follow: [] } : undefined;
}
