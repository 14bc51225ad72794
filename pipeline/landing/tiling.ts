/** A link of a chain: the offsets [start, next). */
export interface ChainLink {
  readonly start: number;
  readonly next: number;
}

/** A walk along a chain, link by link. */
export interface ChainWalk {
  /** Where the walk has got to: the offset at which the next link must begin. */
  readonly end: number;
  /**
   * Goes over a link, given in the order of the chain. Answers what is wrong with it, in words, and then stays where it
   * was; `undefined` when it begins exactly where the one before it ends.
   */
  take(link: ChainLink): string | undefined;
}

/** Begins a walk at the start of a chain's first link. */
export function walkChain(from: number): ChainWalk {
  let end = from;
  return {
    get end() {
      return end;
    },
    take({ start, next }) {
      if (start > end) return `offsets ${end} to ${start - 1} are in no object (gap of ${start - end})`;
      if (start < end) return `the object at ${start} begins inside the one before it, which ends at ${end} (overlap)`;
      if (next <= start) return `the object at ${start} ends at ${next}, not after its start`;
      end = next;
      return undefined;
    },
  };
}
