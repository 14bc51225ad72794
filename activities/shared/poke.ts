import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { waitAfter, type PokePolicy } from '../../dag/poke-policy.ts';

/** Header that makes an activity a sensor's poke; workflows/engine/interceptors.ts writes it. */
export const pokeHeader = 'tradewind-poke';

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
  policy: PokePolicy,
  attempt: number,
  message = `poke ${attempt} found nothing yet`,
): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'NotYet',
    message,
    nextRetryDelay: waitAfter(policy, attempt),
    category: ApplicationFailureCategory.BENIGN,
  });
}
