import { createDraftBuilder } from '../../../activities/steps/landing-draft.ts';

const place = { topic: 'u.pin', partition: 0, runId: 'run-1' };
const limits = { objectRecords: 1_000, objectBytes: 4_000, recordBytes: 2_000 };

/** Takes records into objects, as landing does; gives of each how many bytes of bad records it keeps, and how many records. */
function fill(records: readonly { readonly key: Buffer | null; readonly value: Buffer | null }[]): {
  readonly kept: number;
  readonly records: number;
}[] {
  const objects: { readonly kept: number; readonly records: number }[] = [];
  let builder = createDraftBuilder(place, 0, limits);
  const close = (next: number): void => {
    const { quarantined, records: good } = builder.close(next);
    const kept = quarantined.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
    objects.push({ kept, records: good + quarantined.length });
  };
  for (const [offset, record] of records.entries()) {
    const incoming = { ...record, offset, timestamp: 0 };
    if (builder.take(incoming)) continue;
    close(offset);
    builder = createDraftBuilder(place, offset, limits);
    if (!builder.take(incoming)) throw new Error('an empty object takes any record');
  }
  close(records.length);
  return objects;
}

describe('the memory of an object', () => {
  // Sixty tombstones with keys of megabytes were one object, whose text was longer than a string can be: landing stood still.
  test('is bounded for records whose bytes are in their keys', () => {
    const objects = fill(Array.from({ length: 60 }, () => ({ key: Buffer.alloc(1_500), value: null })));
    expect(objects).toHaveLength(30);
    for (const { kept } of objects) expect(kept).toBeLessThanOrEqual(limits.objectBytes);
  });

  test('is bounded for bad values with keys, and one record larger than it goes alone', () => {
    const bad = { key: Buffer.alloc(900), value: Buffer.alloc(900, 'x') };
    expect(fill([bad, bad, bad]).map(({ kept }) => kept)).toEqual([3_600, 1_800]);
    const large = { key: Buffer.alloc(9_000), value: null };
    expect(fill([bad, large, bad]).map(({ kept }) => kept)).toEqual([1_800, 9_000, 1_800]);
  });

  test('does not count the keys of good records, which nobody keeps', () => {
    const good = { key: Buffer.alloc(1_500), value: Buffer.from('{"index":1}') };
    expect(fill(Array.from({ length: 60 }, () => good))).toEqual([{ kept: 0, records: 60 }]);
  });
});
