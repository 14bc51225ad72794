import { isGrpcServiceError, type WorkflowClientInterceptor } from '@temporalio/client';

/** gRPC's DEADLINE_EXCEEDED. */
const late = 4;

/**
 * Asks a query again that no worker had answered in time: one about a run that has ended replays it from its start, which on cores that
 * everything else uses as well may take longer than the server waits.
 */
export const patientQueries: WorkflowClientInterceptor = {
  query: async (input, next) => {
    for (let left = 4; ; left--) {
      try {
        return await next(input);
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        if (left === 0 || !isGrpcServiceError(cause) || (cause.code as number) !== late) throw error;
      }
    }
  },
};
