import { isGrpcServiceError, ServiceError, type WorkflowHandle } from '@temporalio/client';
import { resultQuery, type TaskAddress } from '../workflows/engine/queries.ts';

/** Times that a query is asked that no worker answers in time. */
const asks = 4;

/**
 * What a task of a run gave back (Airflow's XCom). Asked for one after the other: of queries that reach a worker for one
 * run at once, some may never be answered. One that is not answered in time, for instance since a worker has just gone, is
 * asked again.
 */
export async function taskResult<T>(handle: WorkflowHandle, taskId: string, mapIndex = -1): Promise<T> {
  for (let ask = 1; ; ask += 1) {
    try {
      return await handle.query<T, [TaskAddress]>(resultQuery.name, { taskId, mapIndex });
    } catch (error) {
      if (ask >= asks || !wasNotAnswered(error)) throw error;
    }
  }
}

/** The results of a mapped task, in index order. */
export async function mappedResults<T>(handle: WorkflowHandle, taskId: string, items: number): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < items; index += 1) results.push(await taskResult<T>(handle, taskId, index));
  return results;
}

/**
 * Whether a query failed because no worker answered: gRPC's DEADLINE_EXCEEDED, UNAVAILABLE while a server comes back,
 * FAILED_PRECONDITION where no worker has begun the run, and RESOURCE_EXHAUSTED where others wait for an answer, too.
 */
export function wasNotAnswered(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && [4, 8, 9, 14].includes(cause.code);
}
