import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';

/** What a plain workflow does. */
export interface PlainInput {
  /** Activities to call. */
  readonly tasks: number;
  /** All at once, or each after the one before. */
  readonly parallel: boolean;
  /** Whether they are on a queue of their own, as the roles of a worker need it; the server cannot hand those out eagerly. */
  readonly ownQueue: boolean;
}

/** The same activities without a DAG, with the options that a DAG gives them. */
export async function plain({ tasks, parallel, ownQueue }: PlainInput): Promise<void> {
  const { taskQueue } = workflowInfo();
  const { mark } = proxyActivities<{ mark(text: string): Promise<number> }>({
    startToCloseTimeout: 30 * 86_400_000,
    heartbeatTimeout: 10_000,
    retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 30_000 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    taskQueue: ownQueue ? taskQueue.replace('-orchestration', '-io') : taskQueue,
  });
  if (parallel) await Promise.all(Array.from({ length: tasks }, (_, n) => mark(`t${n}`)));
  else for (let n = 0; n < tasks; n++) await mark(`t${n}`);
}
