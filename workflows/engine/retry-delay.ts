import type { RetryDecision, TaskDefinition } from '../../dag/definition.ts';
import { fnv1a64 } from '../../dag/fnv.ts';
import type { TaskError } from '../../dag/outcome.ts';

/**
 * Milliseconds from a try's failure to the next try; `null` = the task's retryPolicy wants none. As in Airflow, a policy that
 * throws leaves the try to the task's own schedule; `onThrow` is told. A delay that grows is up to twice as long by chance, so that
 * tasks that failed together do not come back together; the chance is drawn from `label`, which names the task instance and its
 * run, so that a replay waits as long.
 */
export function retryDelayAfter(
  task: TaskDefinition,
  tryNumber: number,
  error: TaskError,
  label: string,
  onThrow: (thrown: unknown) => void,
): number | null {
  const { retryDelay, retryBackoff, maxRetryDelay } = task;
  const said = decisionOf(task, error, onThrow);
  if (said === 'fail') return null;
  if (said !== 'retry') return said.delay;
  // Only a delay that grows has chance and a bound in it, as in Airflow.
  if (retryBackoff === 1) return retryDelay;
  const grown = retryDelay * retryBackoff ** (tryNumber - 1);
  const chance = Number(fnv1a64(`${label}#${tryNumber}`) % 1_000_000n) / 1_000_000;
  return Math.min(Math.round(grown * (1 + chance)), maxRetryDelay);
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
