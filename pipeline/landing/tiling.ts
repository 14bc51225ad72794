/** A link of a chain: the offsets [start, next). */
export interface ChainLink {
  readonly start: number;
  readonly next: number;
}

/**
 * What is wrong between two neighbours of a chain, in words; `undefined` when the second begins where the first ends.
 * `previousEnd` is where the chain has got to.
 */
export function tilingProblem(previousEnd: number, link: ChainLink): string | undefined {
  if (link.start > previousEnd) {
    return `offsets ${previousEnd} to ${link.start - 1} are in no object (gap of ${link.start - previousEnd})`;
  }
  if (link.start < previousEnd) {
    return `the object at ${link.start} begins inside the one before it, which ends at ${previousEnd} (overlap)`;
  }
  return undefined;
}

/**
 * What is wrong with links, in the order of their starts, that are to tile [from, to); `undefined` when they do. The
 * first may begin before `from` and the last end after `to`: objects do not heed the ranges of runs.
 */
export function chainProblem(links: Iterable<ChainLink>, from: number, to: number): string | undefined {
  let end = from;
  let first = true;
  for (const link of links) {
    const start = first ? Math.max(link.start, from) : link.start;
    const problem = tilingProblem(end, { start, next: link.next });
    if (problem !== undefined) return problem;
    if (link.next <= end) return `the object at ${link.start} ends at ${link.next}, before the chain's end at ${end}`;
    end = link.next;
    first = false;
  }
  return end < to ? `offsets ${end} to ${to - 1} are in no object` : undefined;
}
