import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLandingZone } from '../../../activities/s3/landing-zone.ts';
import type { LandedObject, LandingDraft, LandingZone, QuarantinedRecord } from '../../../activities/s3/port.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { ObjectStore } from '../../../activities/shared/object-store.ts';
import { landedKey } from '../../../pipeline/landing/keys.ts';
import { complementOfSpans } from '../../../pipeline/landing/offset-spans.ts';
import type { OffsetSpan } from '../../../pipeline/landing/offsets.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { firstTimes, startFaultProxy } from './fault-proxy.ts';

const settings = { ...testSettings().s3, bucket: uniqueName('zone') };
const partition = 0;

let store: S3ObjectStore;
let zone: LandingZone;
let folder: string;
let topics = 0;
let topic: string;

beforeAll(async () => {
  store = createS3ObjectStore(settings);
  await store.ensureBucket();
  folder = await mkdtemp(join(tmpdir(), 'tradewind-zone-'));
});

beforeEach(() => {
  topics += 1;
  topic = `u.t${topics}`;
  zone = createLandingZone(store, { gzip: false });
});

afterAll(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** A draft of [start, next): a line for every offset that is neither bad nor absent. */
function draft(
  start: number,
  next: number,
  more: { readonly bad?: readonly number[]; readonly absent?: readonly OffsetSpan[]; readonly runId?: string } = {},
): LandingDraft {
  const { bad = [], absent = [], runId = 'run-1' } = more;
  const missing = [...absent, ...bad.map((offset) => ({ from: offset, to: offset + 1 }))].toSorted(
    (a, b) => a.from - b.from,
  );
  const offsets = complementOfSpans(missing, { from: start, to: next }).flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, n) => from + n),
  );
  return {
    topic,
    partition,
    start,
    next,
    lines: Buffer.from(offsets.map((offset) => `{"offset":${offset}}\n`).join('')),
    records: offsets.length,
    missing,
    quarantined: bad.map((offset) => badRecord(offset)),
    runId,
  };
}

function badRecord(offset: number): QuarantinedRecord {
  const record = { topic, partition, offset, reason: 'not_json', detail: 'no' };
  return { ...record, key: Buffer.from('k'), value: Buffer.from([0xff, 0x00]), timestamp: 1_700_000_000_000 };
}

async function objects(from: number, to: number, of: LandingZone = zone): Promise<LandedObject[]> {
  const found: LandedObject[] = [];
  for await (const object of of.objects(topic, partition, from, to)) found.push(object);
  return found;
}

async function keys(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found;
}

const keyAt = (start: number): string => landedKey({ topic, partition, start, encoding: 'identity' });

/** A store whose listings do not show the newest objects yet. */
function stale(hidden: (key: string) => boolean): ObjectStore {
  return {
    ...store,
    async *list(prefix, options) {
      for await (const one of store.list(prefix, options)) if (!hidden(one.key)) yield one;
    },
  };
}

describe('a chain', () => {
  test('has no end before its first object, and then ends where the last one says', async () => {
    expect(await zone.end(topic, partition)).toBeUndefined();
    await zone.create(draft(0, 10));
    await zone.create(draft(10, 12, { bad: [10], absent: [{ from: 11, to: 12 }] }));
    expect(await zone.end(topic, partition)).toBe(12);
    expect(await createLandingZone(store, { gzip: false }).end(topic, partition)).toBe(12);
    expect(await objects(0, 12)).toMatchObject([
      { start: 0, next: 10, records: 10, quarantined: 0, missing: [], encoding: 'identity' },
      { start: 10, next: 12, records: 0, quarantined: 1, missing: [{ from: 10, to: 12 }], size: 0 },
    ]);
    expect(await objects(12, 12)).toEqual([]);
  });

  test('gives the objects that hold a range, wherever that begins and ends', async () => {
    for (const [start, next] of [[0, 10], [10, 20], [20, 30], [30, 40]] as const) await zone.create(draft(start, next)); // prettier-ignore
    const starts = async (from: number, to: number): Promise<number[]> =>
      (await objects(from, to)).map((one) => one.start);
    expect(await starts(10, 20)).toEqual([10]);
    expect(await starts(15, 16)).toEqual([10]);
    expect(await starts(5, 31)).toEqual([0, 10, 20, 30]);
    await expect(objects(35, 41)).rejects.toMatchObject({ code: 'corrupt' });
  });

  test('is won by one of two writers with other bounds; the loser is given the winner', async () => {
    const drafts = [draft(0, 5, { bad: [1], runId: 'a' }), draft(0, 9, { bad: [1, 2], runId: 'b' })];
    const outcomes = await Promise.all(
      drafts.map(async (one) => createLandingZone(store, { gzip: false }).create(one)),
    );
    const [winner] = outcomes.filter(({ won }) => won);
    expect(outcomes.filter(({ won }) => won)).toHaveLength(1);
    expect(outcomes.map(({ object }) => object.next)).toEqual([winner?.object.next, winner?.object.next]);
    // Both left their bad records, but the chain names the winner's alone.
    expect(await keys(`quarantine/${topic}/`)).toHaveLength(2);
    const [stored] = await objects(0, winner?.object.next ?? 0);
    expect(stored).toEqual(winner?.object);
    await zone.check(stored ?? fail());
  });

  test('tells a writer that it won when an equal object was there: its own, whose response was lost', async () => {
    const proxy = await startFaultProxy(settings.endpoint ?? '');
    const far = createS3ObjectStore({ ...settings, endpoint: proxy.endpoint });
    proxy.rule = firstTimes(
      (method, path) => method === 'PUT' && path.includes('/topics/'),
      [{ kind: 'lose-response' }],
    );
    // Neighbours, since those are read back as one span and were once not recognised.
    const outcome = await createLandingZone(far, { gzip: false }).create(draft(0, 5, { bad: [2, 3] }));
    expect(outcome).toMatchObject({ won: true, object: { next: 5, quarantined: 2 } });
    expect(proxy.seen.filter((request) => request.startsWith('PUT') && request.includes('/topics/'))).toHaveLength(2);
    expect(await zone.create(draft(0, 5, { bad: [2, 3], runId: 'another' }))).toMatchObject({ won: false });
    far.close();
    await proxy.close();
  });

  test('survives a writer that dies between the bad records and the object', async () => {
    const dying: ObjectStore = {
      ...store,
      create: async (key, body, options) => {
        if (key.startsWith('topics/')) throw new Error('killed');
        return store.create(key, body, options);
      },
    };
    await expect(createLandingZone(dying, { gzip: false }).create(draft(0, 5, { bad: [2] }))).rejects.toThrow('killed');
    expect(await zone.end(topic, partition)).toBeUndefined();
    expect(await keys(`quarantine/${topic}/`)).toHaveLength(1);
    const { object } = await zone.create(draft(0, 5, { bad: [2] }));
    expect(await keys(`quarantine/${topic}/`)).toEqual([object.quarantineKey]);
    await zone.check(object);
  });

  test('is found whole where listings are stale', async () => {
    for (const [start, next] of [[0, 10], [10, 20], [20, 30]] as const) await zone.create(draft(start, next)); // prettier-ignore
    for (const hidden of [[20], [10, 20], [10], [0, 10, 20]]) {
      const late = createLandingZone(
        stale((key) => hidden.some((start) => key === keyAt(start))),
        { gzip: false },
      );
      expect(await late.end(topic, partition)).toBe(30);
      expect((await objects(0, 30, late)).map(({ start }) => start)).toEqual([0, 10, 20]);
    }
  });

  test('goes on where offsets get more digits than keys are padded to, and listings lose their order', async () => {
    const edge = 10 ** 10;
    await zone.create(draft(0, edge - 20, { absent: [{ from: 0, to: edge - 20 }] }));
    for (const start of [edge - 20, edge - 10, edge, edge + 10]) await zone.create(draft(start, start + 10));
    const listed = await keys(`topics/${topic}/`);
    expect(listed.indexOf(keyAt(edge))).toBeLessThan(listed.indexOf(keyAt(edge - 10)));
    for (const one of [zone, createLandingZone(store, { gzip: false })]) {
      expect(await one.end(topic, partition)).toBe(edge + 20);
      const starts = (await objects(edge - 15, edge + 12, one)).map(({ start }) => start);
      expect(starts).toEqual([edge - 20, edge - 10, edge, edge + 10]);
      expect(await objects(edge - 20, edge - 10, one)).toHaveLength(1);
    }
  });

  test('keeps many gaps in an object of their own', async () => {
    const bad = Array.from({ length: 500 }, (_, n) => 2 * n);
    const { object } = await zone.create(draft(0, 1_000, { bad }));
    expect(await keys(`gaps/${topic}/`)).toHaveLength(1);
    const [stored] = await objects(0, 1_000);
    expect(stored).toEqual(object);
    expect(stored?.missing).toHaveLength(500);
    await zone.check(stored ?? fail());
  });

  test('keeps to the first encoding of its topic, whatever settings later writers have', async () => {
    const [plain, gzip] = [zone, createLandingZone(store, { gzip: true })];
    const outcomes = await Promise.all([gzip.create(draft(0, 5)), plain.create(draft(0, 7))]);
    expect(outcomes.filter(({ won }) => won)).toHaveLength(1);
    await gzip.create(draft(outcomes[0].object.next, 9));
    expect(new Set((await objects(0, 9)).map(({ encoding }) => encoding)).size).toBe(1);
  });

  test('is compressed when asked for, and read the same', async () => {
    const gzip = createLandingZone(store, { gzip: true });
    const { object } = await gzip.create(draft(0, 2_000));
    expect(object).toMatchObject({ encoding: 'gzip', key: expect.stringMatching(/\.json\.gz$/) });
    expect(object.size).toBeLessThan(object.bytes / 3);
    const [stored] = await objects(0, 2_000);
    expect(stored).toEqual(object);
    await zone.check(object);
    const path = join(folder, 'gzip');
    await zone.download(object, path);
    expect(await readFile(path)).toEqual(draft(0, 2_000).lines);
  });

  test('refuses a draft that contradicts itself', async () => {
    const wrong = { ...draft(0, 10), records: 9 };
    await expect(zone.create(wrong)).rejects.toMatchObject({ code: 'internal', canRetry: false });
    expect(await keys(`topics/${topic}/`)).toEqual([]);
  });
});

/** The error for stored data that cannot be trusted, with these words. */
function corrupt(words: RegExp): unknown {
  return expect.objectContaining({ code: 'corrupt', canRetry: false, message: expect.stringMatching(words) });
}

describe('a bucket that was tampered with', () => {
  beforeEach(async () => {
    for (const [start, next] of [[0, 10], [10, 20], [20, 30]] as const) await zone.create(draft(start, next, { bad: [start] })); // prettier-ignore
  });

  test('has a gap where an object was removed', async () => {
    await store.remove([keyAt(10)]);
    await expect(objects(0, 30)).rejects.toEqual(corrupt(/offsets 10 to 19 are in no object/));
    await expect(objects(12, 14)).rejects.toEqual(corrupt(/is broken/));
  });

  test('has an overlap where an object was added', async () => {
    const copy = await store.get(keyAt(10));
    await store.create(keyAt(15), copy?.body ?? fail(), { metadata: { ...copy?.metadata, 'next-offset': '25' } });
    await expect(objects(0, 30)).rejects.toEqual(corrupt(/begins inside the one before it|contradicts itself/));
  });

  test('is seen through where lines were changed, removed, or compressed', async () => {
    const [first = fail()] = await objects(0, 10);
    const { metadata = {}, body = Buffer.alloc(0) } = (await store.get(first.key)) ?? {};
    const path = join(folder, 'tampered');
    for (const [change, words] of [
      [Buffer.from(body.toString().replace('"offset":5', '"offset":6')), /sha256 differs/],
      [body.subarray(0, body.indexOf('\n') + 1), /1 lines, its metadata say 9/],
    ] as const) {
      await store.replace(first.key, change, { metadata });
      await expect(zone.check(first)).rejects.toEqual(corrupt(words));
      await expect(zone.download(first, path)).rejects.toEqual(corrupt(words));
      await expect(readFile(path)).rejects.toThrow('ENOENT');
    }
    await expect(zone.check({ ...first, encoding: 'gzip' })).rejects.toEqual(corrupt(/not what gzip writes/));
  });

  test('is seen through where bad records were removed or exchanged', async () => {
    const [first = fail(), second = fail()] = await objects(0, 20);
    await expect(zone.check({ ...first, quarantineKey: second.quarantineKey })).rejects.toEqual(
      corrupt(/other offsets/),
    );
    await store.remove([first.quarantineKey ?? '']);
    await expect(zone.check(first)).rejects.toEqual(corrupt(/is not there/));
  });

  test("has objects of another sink, which are not taken for the chain's", async () => {
    await store.create(keyAt(30), Buffer.from('{"ind":1}'));
    await expect(zone.end(topic, partition)).rejects.toEqual(corrupt(/another sink wrote it/));
  });

  test('shows keys that do not belong there', async () => {
    await store.create(`topics/${topic}/partition=0/notes.txt`, Buffer.from('x'));
    await store.create(`topics/${topic}/stray.json`, Buffer.from('x'));
    expect(await zone.chains(topic)).toEqual([
      { topic, partition: -1, objects: 0, strangers: [`topics/${topic}/stray.json`] },
      { topic, partition: 0, objects: 3, strangers: [`topics/${topic}/partition=0/notes.txt`] },
    ]);
    expect(await zone.end(topic, partition)).toBe(30);
  });
});

describe('records that a later stage finds bad', () => {
  test('are kept as they came, once a run and content, in whatever order they are given', async () => {
    const records = [
      badRecord(7),
      badRecord(3),
      { ...badRecord(5), partition: 2, key: null, value: null, timestamp: null },
    ];
    const place = { stage: 'clean', runId: 'daily 2026/11/21' };
    await zone.quarantine(records, place);
    await zone.quarantine(records.toReversed(), place);
    const kept = await keys(`quarantine/${topic}/`);
    expect(kept).toHaveLength(2);
    const text = (await store.get(kept[0] ?? ''))?.body.toString() ?? '';
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({ topic, partition: 0, offset: 3, stage: 'clean', run: place.runId, reason: 'not_json' }),
      expect.objectContaining({ offset: 7, key: 'aw==', value: '/wA=', timestamp: 1_700_000_000_000 }),
    ]);
    await zone.quarantine(records, { ...place, runId: 'another' });
    expect(await keys(`quarantine/${topic}/`)).toHaveLength(4);
    await zone.quarantine([], place);
  });
});

function fail(): never {
  throw new Error('there should be one');
}
