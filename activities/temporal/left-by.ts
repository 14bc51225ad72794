import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { codeOf } from './temporal-error.ts';

/** Milliseconds that a worker has to replay it. */
const tellWithin = 5_000;

/** gRPC's codes for a question that a workflow will never answer: invalid, not found, failed precondition. */
const neverTold: ReadonlySet<number> = new Set([3, 5, 9]);

/**
 * What a controller knew that somebody has ended, by a query of it: its history tells, which a worker replays, until it is deleted.
 * `undefined` where it never will: it had not begun, its history does not replay, or no worker serves it. Throws where no answer comes in
 * time: whoever needs one asks again.
 */
export async function leftBy<State>(
  client: Client,
  { workflowId, runId }: Pick<WorkflowExecutionDescription, 'workflowId' | 'runId'>,
  query: string,
): Promise<State | undefined> {
  const ask = () => client.workflow.getHandle(workflowId, runId).query<State>(query);
  try {
    return await client.withDeadline(Date.now() + tellWithin, ask);
  } catch (error) {
    if (neverTold.has(codeOf(error) ?? 0)) return undefined;
    throw error;
  }
}
