import { ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, startChild, workflowInfo } from '@temporalio/workflow';
import { intervalMemo } from '../../dag/given-interval.ts';
import { partitionMemo } from '../../dag/partition-key.ts';
import type { RunEnding, RunOrder, StartedRun } from './current-task.ts';
import { instantText, searchAttributeKeys } from './search-attributes.ts';

/**
 * Starts a run as a child of this one: Temporal tells of its end, so that nobody polls. Out of reach of any cancellation, since the
 * run belongs to its own DAG: as in Airflow it goes on when the run, or the try, that triggered it does not.
 */
export function startChildRun({
  dagId,
  runId,
  conf,
  logicalDate,
  dataInterval,
  partitionKey,
  again,
}: RunOrder): Promise<StartedRun | undefined> {
  const memo = {
    ...(dataInterval !== undefined && { [intervalMemo]: dataInterval }),
    ...(partitionKey !== undefined && { [partitionMemo]: partitionKey }),
  };
  return CancellationScope.nonCancellable(async () => {
    try {
      const child = await startChild(dagId, {
        workflowId: runId,
        args: [conf],
        parentClosePolicy: 'ABANDON',
        workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        staticSummary: `triggered by ${workflowInfo().workflowId}`,
        ...(logicalDate !== undefined && {
          typedSearchAttributes: [{ key: searchAttributeKeys.logicalDate, value: instantText(logicalDate) }],
        }),
        ...(Object.keys(memo).length > 0 && { memo }),
      });
      return { ended: child.result().then((): RunEnding => ({ state: 'success', message: undefined }), failedBy) };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  });
}

function failedBy(error: unknown): RunEnding {
  const cause = error instanceof ChildWorkflowFailure ? (error.cause ?? error) : error;
  return { state: 'failed', message: cause instanceof Error ? cause.message : String(cause) };
}
