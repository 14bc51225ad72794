import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { RunWaits } from '../../activities/steps/control-contract.ts';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import { scheduledRunId } from '../../dag/run-identity.ts';
import { slotBefore } from '../../dag/slot-before.ts';
import { queueBeside } from './activities-on.ts';
import { outsideTasks, type PastOrder } from './current-task.ts';
import { instantText } from './search-attributes.ts';

/** Ends when a task may run as far as the run before is concerned. A look is an attempt of one activity, so that no history grows. */
export function untilPastIsDone(
  { taskId, downstream }: PastOrder,
  definition: DagDefinition,
  context: RunContext,
): Promise<void> {
  const { dagId, runId, runType, logicalDate } = context;
  const waits = proxyActivities<RunWaits>({
    taskQueue: queueBeside(workflowInfo().taskQueue, 'control'),
    startToCloseTimeout: 60_000,
    heartbeatTimeout: 10_000,
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary: `${taskId}: the run before`,
  });
  const before = runType === 'manual' ? undefined : slotBefore(definition, logicalDate.getTime());
  const { startDate } = definition;
  return outsideTasks(() =>
    waits.untilPastIsDone({
      dagId,
      runId,
      logicalDate: instantText(logicalDate),
      countManual: !definition.catchup,
      notBefore: definition.catchup && startDate !== undefined ? instantText(new Date(startDate)) : null,
      slotBefore: before
        ? { runId: scheduledRunId(dagId, before.runAfter), logicalDate: instantText(new Date(before.start)) }
        : null,
      isScheduled: runType === 'scheduled',
      taskId,
      downstream,
    }),
  );
}
