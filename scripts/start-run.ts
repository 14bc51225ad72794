import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { partitionMemo } from '../dag/partition-key.ts';
import { roleQueue } from '../workers/roles.ts';
import { instantText, searchAttributeKeys } from '../workflows/engine/search-attributes.ts';
import { CommandError } from './failure.ts';

/** A run to start. */
export interface RunOrder {
  readonly dagId: string;
  readonly runId: string;
  /** Stem of the task queues. */
  readonly taskQueue: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The moment that the run is started without one. */
  readonly logicalDate?: Date;
  /** Key of the partition that it is about; none by default. */
  readonly partitionKey?: string;
  /** Begins no earlier than this (Temporal's start delay); at once where it is past. */
  readonly runAfter?: Date;
}

/** Id of a run that somebody starts by hand at a moment: Airflow's, after the DAG. */
export function manualRunId(dagId: string, now: Date = new Date()): string {
  return `${dagId}-manual__${now.toISOString()}`;
}

/** Starts a run. Throws CommandError when there is one of that id, running or over. */
export async function startRun(
  client: Client,
  { dagId, runId, taskQueue, params, logicalDate, partitionKey, runAfter }: RunOrder,
): Promise<WorkflowHandle> {
  try {
    return await client.workflow.start(dagId, {
      workflowId: runId,
      taskQueue: roleQueue(taskQueue, 'orchestration'),
      args: [params],
      ...(logicalDate !== undefined && {
        typedSearchAttributes: new TypedSearchAttributes([
          { key: searchAttributeKeys.logicalDate, value: instantText(logicalDate) },
        ]),
      }),
      ...(partitionKey !== undefined && { memo: { [partitionMemo]: partitionKey } }),
      ...(runAfter !== undefined && { startDelay: Math.max(runAfter.getTime() - Date.now(), 0) }),
      // A run's id names its inputs and outputs for ever: a second run never takes it.
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new CommandError(`there is a run ${runId} already; give another --run-id`);
  }
}
