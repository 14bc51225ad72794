import * as fc from 'fast-check';
import { gapsKey, quarantineKey } from '../../../pipeline/landing/keys.ts';
import {
  factsProblem,
  fitsMetadata,
  formatFacts,
  formatGaps,
  inlineGaps,
  parseFacts,
  parseGaps,
  type Gaps,
  type ObjectFacts,
} from '../../../pipeline/landing/object-facts.ts';
import { countOffsets, spansOfOffsets, subtractSpans } from '../../../pipeline/landing/offset-spans.ts';

const hash = 'ab'.repeat(32);
const offsets = fc.uniqueArray(fc.nat(5_000), { maxLength: 400 });

/** Facts of an object at `start` that has these gaps and is otherwise full. */
function factsWith(gaps: Gaps, length: number, start = 0): ObjectFacts {
  const quarantined = countOffsets(gaps.quarantined);
  return {
    next: start + length,
    records: length - quarantined - countOffsets(gaps.absent),
    quarantined,
    sha256: hash,
    bytes: 17,
    gaps,
    quarantineKey: quarantined === 0 ? undefined : quarantineKey({ topic: 't', partition: 0 }, start, hash),
    lost: undefined,
  };
}

function sizeOf(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

describe('facts of a landed object', () => {
  test('survive being metadata, and fit together', () => {
    fc.assert(
      fc.property(offsets, offsets, (bad, gone) => {
        const quarantined = spansOfOffsets(bad);
        const gaps = { quarantined, absent: subtractSpans(spansOfOffsets(gone), quarantined) };
        const facts = factsWith(gaps, 6_000);
        expect(parseFacts(formatFacts(facts))).toEqual(facts);
        expect(factsProblem(0, facts, gaps)).toBeUndefined();
        expect(parseGaps(formatGaps(gaps))).toEqual(gaps);
      }),
    );
  });

  test('stay below the 2 KB that S3 keeps, with the longest names there can be', () => {
    const place = { topic: 't'.repeat(249), partition: 2 ** 31 - 1 };
    const start = 2 ** 53 - 10_001;
    const alternating = spansOfOffsets(Array.from({ length: 32 }, (_, n) => start + 2 * n));
    const inline = { quarantined: alternating, absent: spansOfOffsets([start + 65, start + 66, start + 67]) };
    const quarantine = quarantineKey(place, start, hash);
    expect(fitsMetadata(inline)).toBe(true);
    expect(formatGaps(inline).quarantined.length).toBeGreaterThan(inlineGaps / 2);
    const facts = { ...factsWith(inline, 10_000, start), quarantineKey: quarantine, lost: 'retention' as const };
    expect(sizeOf(formatFacts(facts)) - formatGaps(inline).quarantined.length + inlineGaps).toBeLessThan(2_048);
    const spilled = { ...facts, gaps: { key: gapsKey(place, start, hash) } };
    expect(sizeOf(formatFacts(spilled))).toBeLessThan(2_048);
    expect(parseFacts(formatFacts(spilled))).toEqual(spilled);
  });

  const gaps: Gaps = { quarantined: spansOfOffsets([3]), absent: spansOfOffsets([0, 1]) };
  const good = formatFacts(factsWith(gaps, 10));

  test.each<[string, Record<string, string | undefined>]>([
    ['another sink', { 'tradewind-version': undefined }],
    ['version 2', { 'tradewind-version': '2' }],
    ['next-offset', { 'next-offset': '-1' }],
    ['next-offset', { 'next-offset': '99999999999999999' }],
    ['count', { records: 'many' }],
    ['count', { bytes: undefined }],
    ['sha256', { sha256: 'ABC' }],
    ['gaps', { 'absent-offsets': '5-1' }],
    ['gaps', { 'gaps-object': 'gaps/../x' }],
    ['reason of loss', { lost: 'theft' }],
    ['bad records', { 'quarantine-object': undefined }],
  ])('are refused, naming the %s', (words, change) => {
    const changed = Object.fromEntries(
      Object.entries({ ...good, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    expect(parseFacts(changed)).toEqual(expect.stringContaining(words));
  });

  test.each<[string, Partial<ObjectFacts>, Gaps]>([
    ['not after its start', { next: 0 }, gaps],
    ['outside of its range', {}, { ...gaps, absent: [{ from: 9, to: 11 }] }],
    ['counts 2 bad records', { quarantined: 2 }, gaps],
    ['accounts for 11', { records: 8 }, gaps],
    ['accounts for 9', { records: 6 }, gaps],
  ])('contradict themselves: %s', (words, change, some) => {
    expect(factsProblem(0, { ...factsWith(gaps, 10), ...change }, some)).toContain(words);
  });
});
