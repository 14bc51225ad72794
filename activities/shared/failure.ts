import { ApplicationFailure, CancelledFailure, type ApplicationFailureOptions } from '@temporalio/common';
import { AdapterError } from './adapter-error.ts';

/**
 * What an activity's error is to Temporal. An adapter's error is tried again when it says so; anything else that was
 * thrown is a defect or a check that failed, which the same attempt again would not mend: that is for the task's tries.
 * A library's own error is left out, since it may carry headers and addresses.
 */
export function toFailure(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) {
    return signal.reason instanceof CancelledFailure ? signal.reason : new CancelledFailure('cancelled');
  }
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof AdapterError) {
    const { system, code, canRetry, message, retryAfter } = error;
    const type = `${system}.${code}`;
    return failure(error, {
      type,
      message,
      nonRetryable: !canRetry,
      ...(retryAfter !== undefined && { nextRetryDelay: Math.max(retryAfter, 1) }),
    });
  }
  if (error instanceof Error) return failure(error, { type: error.name, message: error.message, nonRetryable: true });
  return ApplicationFailure.create({ type: 'Error', message: String(error), nonRetryable: true });
}

function failure(
  error: Error,
  options: Pick<ApplicationFailureOptions, 'type' | 'message' | 'nonRetryable' | 'nextRetryDelay'>,
): ApplicationFailure {
  const made = ApplicationFailure.create(options);
  if (error.stack !== undefined) made.stack = error.stack;
  return made;
}
