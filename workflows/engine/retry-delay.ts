import type { RetryDecision, TaskDefinition } from '../../dag/definition.ts';
import type { TaskError } from '../../dag/outcome.ts';

/**
 * Milliseconds from a try's failure to the next try; `null` = the task's retryPolicy wants none. As in Airflow, a policy that
 * throws leaves the try to the task's own schedule; `onThrow` is told.
 */
export function retryDelayAfter(
  task: TaskDefinition,
  tryNumber: number,
  error: TaskError,
  onThrow: (thrown: unknown) => void,
): number | null {
  const { retryDelay, retryBackoff, maxRetryDelay } = task;
  const said = decisionOf(task, error, onThrow);
  if (said === 'fail') return null;
  if (said !== 'retry') return said.delay;
  // Only a delay that grows has a bound, as in Airflow.
  return retryBackoff === 1 ? retryDelay : Math.min(retryDelay * retryBackoff ** (tryNumber - 1), maxRetryDelay);
}

function decisionOf(
  { retryPolicy }: TaskDefinition,
  error: TaskError,
  onThrow: (thrown: unknown) => void,
): RetryDecision {
  try {
    return retryPolicy?.(error) ?? 'retry';
  } catch (thrown) {
    onThrow(thrown);
    return 'retry';
  }
}
