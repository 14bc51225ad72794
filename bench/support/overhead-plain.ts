import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';

/** Forty activities in a row, without a DAG, with the options that a DAG gives them, on a queue of their own or the workflow's. */
export async function plainChain(ownQueue: boolean): Promise<void> {
  const { taskQueue } = workflowInfo();
  const { echo } = proxyActivities<{ echo(text: string): Promise<string> }>({
    startToCloseTimeout: 30 * 86_400_000,
    heartbeatTimeout: 10_000,
    retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 30_000 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    taskQueue: ownQueue ? taskQueue.replace('-orchestration', '-io') : taskQueue,
  });
  for (let n = 0; n < 40; n++) await echo(`t${n}`);
}
