import type { DagDefinition } from '../../dag/definition.ts';
import type { OpenRuns } from '../runs/open-runs.ts';
import { catchUp } from './catch-up.ts';
import { reconcileSchedules, type ReconcileOptions, type ScheduleChange } from './reconcile.ts';
import { startKeeper } from './renew.ts';
import { scheduleArguments } from './schedule-arguments.ts';

/** Where Schedules are, and what their runs are made from. */
export type ScheduleGround = Pick<OpenRuns, 'client' | 'reader' | 'ledger' | 'store'> & {
  readonly settings: Pick<OpenRuns['settings'], 'taskQueue' | 'databricks'>;
};

/**
 * Brings the Schedules of an installation in step with its DAGs, or says what that takes: whoever makes one starts the runs of before
 * that its DAG has missed, since nobody does once it is there. Idempotent. Throws as {@link reconcileSchedules} does.
 */
export async function schedulesInStep(
  ground: ScheduleGround,
  definitions: readonly DagDefinition[],
  { apply, prune }: Pick<ReconcileOptions, 'apply' | 'prune'>,
): Promise<readonly ScheduleChange[]> {
  const { client, settings } = ground;
  const now = new Date();
  const changes = await reconcileSchedules(client, {
    argsOf: scheduleArguments(settings),
    definitions,
    taskQueue: settings.taskQueue,
    now,
    catchUp: (definition) => catchUp(ground, definition, now),
    apply,
    prune,
  });
  if (apply) await startKeeper(client, settings.taskQueue, changes);
  return changes;
}
