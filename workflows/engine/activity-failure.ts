import { ActivityFailure, ApplicationFailure, CancelledFailure, RetryState } from '@temporalio/common';

/** What an error of an activity is to the code that called it, where no worker is in between; see testing/. */
export interface ActivityError {
  /** As a workflow is told it. */
  readonly failure: ActivityFailure;
  /** Whether the next attempt may mend it, so that the caller is not told. */
  readonly isWeather: boolean;
  /** Milliseconds to the next attempt where the error says so itself. */
  readonly retryDelay: number | undefined;
}

/** Judges an error as a worker does (activities/shared/failure.ts): what says that it can be tried again is weather. */
export function activityError(activity: string, thrown: unknown): ActivityError {
  const { canRetry, system, code } = (thrown ?? {}) as { canRetry?: unknown; system?: unknown; code?: unknown };
  const cause =
    thrown instanceof ApplicationFailure
      ? thrown
      : ApplicationFailure.create({
          message: thrown instanceof Error ? thrown.message : String(thrown),
          type: typeof canRetry === 'boolean' ? `${String(system)}.${String(code)}` : nameOf(thrown),
          nonRetryable: canRetry !== true,
        });
  const delay = cause.nextRetryDelay;
  return {
    failure: new ActivityFailure(
      'Activity task failed',
      activity,
      undefined,
      RetryState.NON_RETRYABLE_FAILURE,
      undefined,
      cause,
    ),
    isWeather: cause.nonRetryable !== true,
    retryDelay: typeof delay === 'number' ? delay : undefined,
  };
}

/** What a workflow is told of that which was cancelled. */
export function cancellation(): CancelledFailure {
  return new CancelledFailure('cancelled');
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : 'Error';
}
