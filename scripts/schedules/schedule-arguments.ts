import type { Settings } from '../../config/settings.ts';
import type { DagDefinition } from '../../dag/definition.ts';

/**
 * What Schedules give to runs. A DAG with the param `notebook` runs its notebooks where the settings name a workspace: its graph is the same
 * everywhere, and what a run does stands in its arguments, for everybody to see.
 */
export function scheduleArguments({
  databricks,
}: Pick<Settings, 'databricks'>): (definition: Pick<DagDefinition, 'params'>) => readonly unknown[] {
  return ({ params }) => (databricks !== undefined && 'notebook' in params.shape ? [{ notebook: true }] : []);
}
