import * as fc from 'fast-check';
import {
  clipSpans,
  complementOfSpans,
  countOffsets,
  formatSpans,
  normalSpans,
  parseSpans,
  spansOfOffsets,
  subtractSpans,
  unionOfSpans,
  type OffsetSpans,
} from '../../../pipeline/landing/offset-spans.ts';

const world = 60;
const offsets = fc.uniqueArray(fc.nat(world - 1));
const all = { from: 0, to: world };

/** The slow truth: a set as a list of numbers. */
function members(spans: OffsetSpans): number[] {
  return spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
}

const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

describe('sets of offsets as spans', () => {
  test('hold exactly the offsets they are made of, in the shortest form', () => {
    fc.assert(
      fc.property(offsets, (numbers) => {
        const spans = spansOfOffsets(numbers);
        expect(members(spans)).toEqual(sorted(numbers));
        for (const [n, span] of spans.entries()) {
          expect(span.from).toBeLessThan(span.to);
          expect(span.from).toBeGreaterThan(spans[n - 1]?.to ?? -1);
        }
      }),
    );
  });

  test('unite, subtract, complement and clip like sets', () => {
    fc.assert(
      fc.property(offsets, offsets, fc.nat(world), fc.nat(world), (a, b, from, to) => {
        const [x, y] = [spansOfOffsets(a), spansOfOffsets(b)];
        expect(members(unionOfSpans(x, y))).toEqual(sorted([...new Set([...a, ...b])]));
        expect(members(subtractSpans(x, y))).toEqual(sorted(a.filter((n) => !b.includes(n))));
        expect(complementOfSpans(complementOfSpans(x, all), all)).toEqual(x);
        expect(members(clipSpans(x, { from, to }))).toEqual(sorted(a.filter((n) => n >= from && n < to)));
        expect(countOffsets(complementOfSpans(x, all))).toBe(world - a.length);
      }),
    );
  });

  test('take spans in any order, overlapping, touching and empty', () => {
    const spans = [
      { from: 5, to: 9 },
      { from: 1, to: 3 },
      { from: 3, to: 4 },
      { from: 7, to: 12 },
      { from: 20, to: 20 },
    ];
    expect(normalSpans(spans)).toEqual([
      { from: 1, to: 4 },
      { from: 5, to: 12 },
    ]);
  });

  test('survive being written and read', () => {
    fc.assert(
      fc.property(offsets, (numbers) => {
        const spans = spansOfOffsets(numbers);
        expect(parseSpans(formatSpans(spans))).toEqual(spans);
      }),
    );
    expect(formatSpans(spansOfOffsets([0, 1, 2, 9]))).toBe('0-2,9');
    expect(parseSpans('')).toEqual([]);
  });

  test.each([
    '-1',
    '3-2',
    '4-4',
    '5,5',
    '5,3',
    '1-3,4',
    '1-3,2-5',
    '01',
    '1,',
    ',',
    'a',
    '1-',
    '9007199254740991',
    ' 1',
  ])('are not read from %j', (text) => {
    expect(parseSpans(text)).toBeUndefined();
  });
});
