/** When a sensor's next poke is made. Times in milliseconds. */
export interface PokePolicy {
  readonly interval: number;
  /** Factor by which the wait grows from poke to poke; 1 = it stays. */
  readonly factor: number;
  /** Pokes before it begins to grow; 1 where it is left out. */
  readonly growsAfter?: number;
  /** The wait grows no further than this. */
  readonly maxWait: number;
}

/** Milliseconds from a poke that found nothing to the next one. `attempt` counts from 1. */
export function waitAfter({ interval, factor, growsAfter = 1, maxWait }: PokePolicy, attempt: number): number {
  return Math.max(1, Math.round(Math.min(interval * factor ** Math.max(attempt - growsAfter, 0), maxWait)));
}
