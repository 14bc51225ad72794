import type { Client } from '@temporalio/client';
import { createDagControl } from '../activities/temporal/dag-control.ts';
import type { DagControl } from '../activities/temporal/port.ts';
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
