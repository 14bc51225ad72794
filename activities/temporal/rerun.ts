import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { assetEventsMemo } from '../../dag/assets.ts';
import { partitionMemo } from '../../dag/partition-key.ts';
import { readRerun, rerunMemo, rerunOf, type Rerun } from '../../dag/kept.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { RerunRequest } from './port.ts';

/** What a Schedule writes on the runs that it starts. */
const nominalTimeKey = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * Starts a run that has ended again, under its id, with its input: what it is about stays, its record will be that of the next
 * attempt, and the one before stays readable. Idempotent by the attempt. Throws AdapterError with code `conflict` when the run
 * is not over.
 */
export async function rerun(client: Client, taskQueue: string, { record, ...change }: RerunRequest): Promise<void> {
  const { dagId, runId, input } = record;
  const order = rerunOf(record, change);
  const before = await lastExecution(client, runId);
  try {
    await client.workflow.start(dagId, {
      workflowId: runId,
      taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      memo: {
        [rerunMemo]: order,
        ...(record.partitionKey !== undefined && { [partitionMemo]: record.partitionKey }),
        ...(record.triggeringAssetEvents && { [assetEventsMemo]: record.triggeringAssetEvents }),
      },
      staticSummary: `attempt ${order.attempt}, with what is kept of attempt ${order.from}`,
      ...(before?.nominalTime !== undefined && {
        typedSearchAttributes: new TypedSearchAttributes([{ key: nominalTimeKey, value: before.nominalTime }]),
      }),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // By this very order, of which the answer was lost.
    if (isSameOrder((await lastExecution(client, runId))?.order, order)) return;
    throw new AdapterError(`run ${runId} is not over, or has just been started again: look at tw runs show ${runId}`, {
      system: 'temporal',
      code: 'conflict',
    });
  }
}

/** Whether the memo of an execution is an order. */
export function isSameOrder(order: unknown, wanted: Rerun): boolean {
  return JSON.stringify(readRerun(order)) === JSON.stringify(wanted);
}

/** What Temporal knows of a run's newest execution, as long as it does; the record says what the run is about in any case. */
async function lastExecution(
  client: Client,
  runId: string,
): Promise<{ readonly nominalTime: Date | undefined; readonly order: unknown } | undefined> {
  try {
    const { typedSearchAttributes, memo } = await client.workflow.getHandle(runId).describe();
    return { nominalTime: typedSearchAttributes.get(nominalTimeKey), order: memo?.[rerunMemo] };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
