import { proxyActivities, workflowInfo } from '@temporalio/workflow';

/** Forty activities in a row, as one writes them without a DAG, on a queue of their own or on the workflow's. */
export async function plainChain(ownQueue: boolean): Promise<void> {
  const { taskQueue } = workflowInfo();
  const { echo } = proxyActivities<{ echo(text: string): Promise<string> }>({
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
    taskQueue: ownQueue ? taskQueue.replace('-orchestration', '-io') : taskQueue,
  });
  for (let n = 0; n < 40; n++) await echo(`t${n}`);
}
