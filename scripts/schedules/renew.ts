import type { Client } from '@temporalio/client';
import type { Renewal } from '../../activities/steps/control-contract.ts';
import type { KeeperMessage } from '../../activities/temporal/port.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { roleQueue } from '../../workers/roles.ts';
import { changeLine } from './change-line.ts';
import { reconcileSchedules, type ScheduleChange } from './reconcile.ts';

/** Id of the workflow that renews an installation's Schedules; `taskQueue` is the stem of its task queues. */
export function keeperId(taskQueue: string): string {
  return `schedules@${taskQueue}`;
}

/**
 * Names further moments to the Schedules that need it. Makes none and deletes none, which is for `tw schedules apply` to do. Idempotent.
 * What fails for one keeps no other from its moments: it is told.
 */
export async function renewSchedules(
  client: Client,
  taskQueue: string,
  definitions: readonly DagDefinition[],
  now: Date,
): Promise<Renewal> {
  const changes = await reconcileSchedules(client, {
    definitions,
    taskQueue,
    now,
    apply: true,
    prune: false,
    renewsOnly: true,
  });
  // A stack is for a terminal.
  const failed = changes.flatMap((change) =>
    change.action === 'failed' ? changeLine(change, true).split('\n').slice(0, 1) : [],
  );
  return { knownUntil: Object.fromEntries(changes.flatMap(knownUntilOf)), failed };
}

/** Starts the workflow that renews Schedules, where one of them needs it; one that is there looks at them at once. Needs no worker. */
export async function startKeeper(
  client: Client,
  taskQueue: string,
  changes: readonly ScheduleChange[],
): Promise<void> {
  if (changes.flatMap(knownUntilOf).length === 0) return;
  await client.workflow.signalWithStart('scheduleKeeper', {
    workflowId: keeperId(taskQueue),
    taskQueue: roleQueue(taskQueue, 'control'),
    signal: 'applied' satisfies KeeperMessage,
    staticSummary: 'renews Schedules whose moments are named one by one',
  });
}

function knownUntilOf({ dagId, action, knownUntil }: ScheduleChange): readonly (readonly [string, number])[] {
  const isOurs = action === 'create' || action === 'update' || action === 'keep';
  return isOurs && knownUntil !== null ? [[dagId, Date.parse(knownUntil)]] : [];
}
