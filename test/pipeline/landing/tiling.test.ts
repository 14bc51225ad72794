import * as fc from 'fast-check';
import { walkChain, type ChainLink } from '../../../pipeline/landing/tiling.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });

function chainOf(sizes: readonly number[], from = 0): ChainLink[] {
  let at = from;
  return sizes.map((size) => {
    const link = { start: at, next: at + size };
    at = link.next;
    return link;
  });
}

/** What a walk over links says of [0, to). */
function problemOf(links: readonly ChainLink[], to: number): string | undefined {
  const walk = walkChain(0);
  for (const link of links) {
    const problem = walk.take(link);
    if (problem !== undefined) return problem;
  }
  return walk.end < to ? 'too short' : undefined;
}

describe('a walk along a chain', () => {
  test('goes through where links tile, and ends at the last one', () => {
    fc.assert(
      fc.property(lengths, fc.nat(1_000), (sizes, from) => {
        const walk = walkChain(from);
        const links = chainOf(sizes, from);
        expect(links.map((link) => walk.take(link))).toEqual(links.map(() => undefined));
        expect(walk.end).toBe(links.at(-1)?.next);
      }),
    );
  });

  test('sees any object that is missing, doubled or of another length', () => {
    fc.assert(
      fc.property(
        lengths,
        fc.nat(),
        fc.constantFrom('remove', 'double', 'shorten', 'lengthen'),
        (sizes, pick, harm) => {
          const links = chainOf(sizes);
          const end = links.at(-1)?.next ?? 0;
          const n = pick % links.length;
          const link = links[n] ?? { start: 0, next: 0 };
          if (harm === 'remove') links.splice(n, 1);
          else if (harm === 'double') links.splice(n, 0, link);
          else if (harm === 'shorten') links[n] = { ...link, next: link.next - 1 };
          else links[n] = { ...link, next: link.next + 1 };
          const isHarmless = harm === 'lengthen' && n === sizes.length - 1;
          expect(problemOf(links, end) === undefined).toBe(isHarmless);
        },
      ),
    );
  });

  test('says in words what is wrong, and stays where it was', () => {
    const walk = walkChain(100);
    expect(walk.take({ start: 150, next: 160 })).toBe('offsets 100 to 149 are in no object (gap of 50)');
    expect(walk.take({ start: 90, next: 160 })).toContain('overlap');
    expect(walk.take({ start: 100, next: 100 })).toContain('not after its start');
    expect(walk.end).toBe(100);
  });
});
