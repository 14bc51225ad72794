import type { Client } from '@temporalio/client';
import { createDagControl } from '../activities/temporal/dag-control.ts';
import { createAssetControl } from '../activities/temporal/asset-control.ts';
import { createPoolControl } from '../activities/temporal/pool-control.ts';
import { AdapterError } from '../activities/shared/adapter-error.ts';
import type { AssetControl, ControllerStatus, DagControl, PoolControl } from '../activities/temporal/port.ts';
import { roleQueue } from '../workers/roles.ts';

/** Reaches the controllers of an installation's DAGs; `taskQueue` is the stem of its task queues. */
export function controlOf(client: Client, taskQueue: string): DagControl {
  return createDagControl({
    client,
    installation: taskQueue,
    taskQueue: roleQueue(taskQueue, 'control'),
    runQueue: roleQueue(taskQueue, 'orchestration'),
  });
}

/** What the controller of a DAG tells; `undefined` where it has none yet, `null` when no worker runs that could let it. */
export async function turnsOf(control: DagControl, dagId: string): Promise<ControllerStatus | undefined | null> {
  try {
    return await control.status(dagId);
  } catch (error) {
    if (error instanceof AdapterError) return null;
    throw error;
  }
}

/** Reaches the pools of an installation; `taskQueue` is the stem of its task queues. */
export function poolsOf(client: Client, taskQueue: string): PoolControl {
  return createPoolControl({ client, installation: taskQueue, taskQueue: roleQueue(taskQueue, 'control') });
}

/** Reaches the hub of an installation's assets; `taskQueue` is the stem of its task queues. */
export function assetsOf(client: Client, taskQueue: string): AssetControl {
  return createAssetControl({
    client,
    installation: taskQueue,
    taskQueue: roleQueue(taskQueue, 'control'),
    runQueue: roleQueue(taskQueue, 'orchestration'),
  });
}
