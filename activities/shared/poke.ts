import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

/** Header that makes an activity a sensor's poke; workflows/engine/interceptors.ts writes it. */
export const pokeHeader = 'tradewind-poke';

/** When a sensor's next poke is made. Times in milliseconds. */
export interface PokePolicy {
  readonly interval: number;
  /** Factor by which the wait grows from poke to poke; 1 = it stays. */
  readonly factor: number;
  /** The wait grows no further than this. */
  readonly maxWait: number;
}

/** Whether a poke found nothing yet: it gave `false`, `null` or nothing. */
export function isNotYet(result: unknown): boolean {
  return result === false || result === null || result === undefined;
}

/**
 * What a poke that found nothing is to Temporal: an attempt that failed, so that the next poke is the next attempt. No worker
 * and no history holds the wait between them. It is nobody's trouble, so no log warns of it. `attempt` counts from 1; the
 * message stands beside the activity in the Temporal UI.
 */
export function notYet(
  { interval, factor, maxWait }: PokePolicy,
  attempt: number,
  message = `poke ${attempt} found nothing yet`,
): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'NotYet',
    message,
    nextRetryDelay: Math.max(1, Math.round(Math.min(interval * factor ** (attempt - 1), maxWait))),
    category: ApplicationFailureCategory.BENIGN,
  });
}
