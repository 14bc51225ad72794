import fc from 'fast-check';
import { packEnds, unpackEnds, type IndexEnd } from '../../dag/part-end.ts';

const error = fc.record({ type: fc.constantFrom('Error', 'kafka.unavailable'), message: fc.string({ maxLength: 20 }) });
const time = fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 });

/** Tries as they are: each with an end after its start, the last one in the state of its index. */
const end: fc.Arbitrary<IndexEnd> = fc
  .record({
    state: fc.constantFrom('success' as const, 'failed' as const, 'skipped' as const),
    starts: fc.array(fc.tuple(time, fc.nat(), fc.boolean()), { maxLength: 3 }),
    errors: fc.array(error, { minLength: 3, maxLength: 3 }),
  })
  .map(({ state, starts, errors }) => {
    const tries = starts.map(([start, took, isOver], at) => {
      const isLast = at === starts.length - 1;
      const failed = !isLast || state === 'failed';
      return {
        tryNumber: at + 1,
        start,
        end: isOver ? start + took : null,
        state: isLast ? state : ('up_for_retry' as const),
        error: failed ? (errors[at] ?? null) : null,
      };
    });
    return { state, error: state === 'failed' ? (tries.at(-1)?.error ?? null) : null, tries };
  });

describe('the ends of a part of a map', () => {
  test('come out of their packing as they went in', () => {
    fc.assert(
      fc.property(fc.array(end, { maxLength: 6 }), time, (ends, since) => {
        const packed: unknown = JSON.parse(JSON.stringify(packEnds(ends, since)));
        expect(unpackEnds(packed as ReturnType<typeof packEnds>)).toEqual(ends);
      }),
    );
  });

  test('are few bytes where all is well, and bounded where all fails in another way', () => {
    const one = (at: number, message: string | null): IndexEnd => {
      const state = message === null ? 'success' : 'failed';
      const why = message === null ? null : { type: 'Error', message };
      return {
        state,
        error: why,
        tries: [{ tryNumber: 1, start: 1_750_000_000_000 + at, end: 1_750_000_010_000 + at, state, error: why }],
      };
    };
    const bytesOf = (ends: readonly IndexEnd[]): number => JSON.stringify(packEnds(ends, 1_750_000_000_000)).length;
    expect(bytesOf(Array.from({ length: 200 }, (_, at) => one(at, null)))).toBeLessThan(200 * 14);
    const failed = Array.from({ length: 200 }, (_, at) => one(at, `${at} ${'no '.repeat(10_000)}`));
    expect(bytesOf(failed)).toBeLessThan(200 * 60 + 21 * 600);
    const [told, ...others] = unpackEnds(packEnds(failed, 0));
    expect(told?.error?.message).toMatch(/^0 no no/);
    expect(others.at(-1)?.error?.message).toBe('one of many errors: see the log of the try');
  });
});
