import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createLandingZone } from '../../../activities/s3/landing-zone.ts';
import type { LandingZone } from '../../../activities/s3/port.ts';
import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { auditLanding } from '../../../activities/steps/landing-audit.ts';
import { acceptLoss } from '../../../activities/steps/landing-loss.ts';
import { testSettings } from '../../support/stack.ts';
import { startFaultProxy, type Fault } from '../s3/fault-proxy.ts';
import { landingFixtures, smallLimits, type LandingFixture, type Stored } from './landing-fixture.ts';
import { testContext } from './step-context.ts';

let fixtures: Awaited<ReturnType<typeof landingFixtures>>;
let at: LandingFixture;

beforeAll(async () => {
  fixtures = await landingFixtures();
});
beforeEach(async () => {
  at = await fixtures.make();
});
afterAll(() => fixtures.close());

/** A post, of a length that differs from the next one's. */
const post = (n: number): string => `{"index":${n},"title":"Post ${n} – ü","text":"${'x'.repeat((n * 37) % 90)}"}`;
const posts = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => post(from + n));
const lines = (from: number, to: number): Map<number, Stored> =>
  new Map(posts(from, to).map((line, n) => [from + n, { line }]));

describe('landing a partition', () => {
  test('puts every record in the chain once, in objects of bounded size', async () => {
    await at.send(posts(0, 300));
    const landed = await at.land(at.range(0, 300));
    const objects = await at.objects(0, 300);
    expect(landed).toEqual({
      ...at.range(0, 300),
      objects: objects.length,
      records: 300,
      quarantined: 0,
      bytes: posts(0, 300).reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0),
    });
    expect(await at.stored(0, 300)).toEqual(lines(0, 300));
    for (const { records, size } of objects) {
      expect(records).toBeLessThanOrEqual(smallLimits.objectRecords);
      expect(size).toBeLessThanOrEqual(smallLimits.objectBytes);
    }
    expect(objects.length).toBeLessThan(15);
    const audit = { objects: objects.length, offsets: 300, records: 300, quarantined: 0, absent: 0, lost: 0 };
    expect(await auditLanding(at.zone, [at.range(0, 300)], { bytes: true })).toEqual(audit);
  });

  test('done again changes nothing and counts the same', async () => {
    await at.send(posts(0, 120));
    const first = await at.land(at.range(0, 120));
    const before = await at.objects(0, 120);
    expect(await at.land(at.range(0, 120))).toEqual(first);
    expect(await at.objects(0, 120)).toEqual(before);
  });

  test('goes on behind an earlier run, and ends where it is told, though there is more', async () => {
    await at.send(posts(0, 200));
    await at.land(at.range(0, 70));
    expect(await at.zone.end(at.topic, 0)).toBe(70);
    expect(await at.land(at.range(70, 150))).toMatchObject({ records: 80 });
    expect(await at.zone.end(at.topic, 0)).toBe(150);
    expect(await at.stored(0, 150)).toEqual(lines(0, 150));
  });

  test('has nothing to do with an empty range', async () => {
    expect(await at.land(at.range(5, 5))).toEqual({
      ...at.range(5, 5),
      objects: 0,
      records: 0,
      quarantined: 0,
      bytes: 0,
    });
    expect(await at.zone.end(at.topic, 0)).toBeUndefined();
  });

  test("refuses another user's topic", async () => {
    const range = { ...at.range(0, 5), topic: 'somebody.pin' };
    await expect(at.land(range)).rejects.toMatchObject({ code: 'invalid', canRetry: false });
  });

  test('tells how far it is, and stops with the reason when it is called off', async () => {
    await at.send(posts(0, 200));
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const context = testContext({
      signal: stop.signal,
      onHeartbeat: () => context.heartbeats.length === 3 && stop.abort(reason),
    });
    await expect(at.land(at.range(0, 200), {}, context)).rejects.toBe(reason);
    const end = (await at.zone.end(at.topic, 0)) ?? 0;
    expect(context.heartbeats.at(-1)).toEqual({ next: expect.any(Number) });
    expect(end).toBeLessThan(200);
    expect(await at.land(at.range(0, 200))).toMatchObject({ records: 200 });
    expect(await at.stored(0, 200)).toEqual(lines(0, 200));
  });

  test('compresses when told to', async () => {
    await at.send(posts(0, 100));
    const zone = createLandingZone(at.store, { gzip: true });
    const { bytes } = await at.land(at.range(0, 100), { zone });
    expect((await at.objects(0, 100)).map(({ encoding }) => encoding)).toEqual(['gzip', 'gzip', 'gzip']);
    expect(bytes).toBeLessThan(posts(0, 100).join('\n').length / 2);
    await auditLanding(zone, [at.range(0, 100)], { bytes: true });
  });
});

describe('a topic with garbage', () => {
  const deep = `{"a":${'['.repeat(300)}${']'.repeat(300)}}`;
  const garbage: readonly (readonly [Buffer | string | null, string | undefined])[] = [
    ['{"index":1}', undefined],
    ['not json', 'not_json'],
    ['null', 'not_an_object'],
    [null, 'null_value'],
    ['', 'not_json'],
    ['{"__proto__":{"x":1},"index":2}', undefined],
    ['{"index":3,"index":3}', undefined],
    ['{"index":"three","age":[],"lat":{}}', undefined],
    ['{"index":4}', undefined],
    ['{"index":4}', undefined],
    [`{"title":"${'x'.repeat(5_000)}"}`, 'too_large'],
    ['x'.repeat(900_000), 'too_large'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'not_utf8'],
    [String.raw`{"title":"\ud800"}`, 'lone_surrogate'],
    [deep, 'too_deep'],
    ['{"n":1e999,"z":"\\u0000"}', undefined],
    ['{\n  "index": 5,\r\n  "title": "pretty"\n}', undefined],
    ['[1,2]', 'not_an_object'],
    ['{"index":6} {"index":7}', 'not_json'],
  ];

  const expected = new Map<number, Stored>(
    garbage.map(([value, reason], offset) => [
      offset,
      reason === undefined
        ? { line: String(value).replaceAll(/[\n\r]/g, ' ') }
        : { reason, value: value === null ? null : Buffer.from(value).toString('latin1') },
    ]),
  );

  test('is landed whole: lines for what is JSON, the raw bytes of all else in quarantine', async () => {
    await at.send(garbage.map(([value]) => value));
    const landed = await at.land(at.range(0, garbage.length));
    const bad = garbage.filter(([, reason]) => reason !== undefined).length;
    expect(landed).toMatchObject({ records: garbage.length - bad, quarantined: bad });
    expect(await at.stored(0, garbage.length)).toEqual(expected);
  });

  test('can be nothing but garbage: then objects are empty, bounded, and account for it', async () => {
    await at.send(Array.from({ length: 100 }, () => 'garbage'));
    expect(await at.land(at.range(0, 100))).toMatchObject({ objects: 3, records: 0, quarantined: 100, bytes: 0 });
    const large = Array.from({ length: 6 }, () => 'x'.repeat(3_000));
    await at.send(large);
    expect(await at.land(at.range(100, 106))).toMatchObject({ objects: 6, quarantined: 6 });
  });
});

/** A zone whose n-th create fails like a killed process: before the object is there, or after. */
function dying(nth: number, when: 'before' | 'after'): LandingZone {
  let creates = 0;
  const zone = createLandingZone(at.store, { gzip: false });
  return {
    ...zone,
    create: async (draft, signal) => {
      creates += 1;
      if (creates === nth && when === 'before') throw new Error('killed');
      const outcome = await zone.create(draft, signal);
      if (creates === nth) throw new Error('killed');
      return outcome;
    },
  };
}

describe('crashes, zombies and second runs', () => {
  test.each([
    [1, 'before'],
    [1, 'after'],
    [3, 'before'],
    [3, 'after'],
  ] as const)('an attempt that dies %s objects on, %s its effect, is taken over', async (nth, when) => {
    await at.send([...posts(0, 100), 'bad', ...posts(101, 200)]);
    await expect(at.land(at.range(0, 200), { zone: dying(nth, when) })).rejects.toThrow('killed');
    expect(await at.land(at.range(0, 200))).toMatchObject({ records: 199, quarantined: 1 });
    const stored = await at.stored(0, 200);
    expect(stored).toEqual(lines(0, 200).set(100, { reason: 'not_json', value: 'bad' }));
  });

  test('two runs at once, with other object sizes, land everything once and count the same', async () => {
    await at.send([...posts(0, 150), 'bad', ...posts(151, 400)]);
    const sizes = [40, 27, 64].map((objectRecords) => ({ ...smallLimits, objectRecords }));
    const landed = await Promise.all(sizes.map((limits) => at.land(at.range(0, 400), { limits })));
    for (const one of landed) expect(one).toEqual(landed[0]);
    expect(landed[0]).toMatchObject({ records: 399, quarantined: 1 });
    expect(await at.stored(0, 400)).toEqual(lines(0, 400).set(150, { reason: 'not_json', value: 'bad' }));
  });

  test('a zombie that wakes up after its successor has finished loses, and tells the same', async () => {
    await at.send(posts(0, 200));
    const wake = new AbortController();
    const awake = once(wake.signal, 'abort');
    const zone = createLandingZone(at.store, { gzip: false });
    let creates = 0;
    const sleepy: LandingZone = {
      ...zone,
      create: async (draft, signal) => {
        creates += 1;
        if (creates === 2) await awake;
        return zone.create(draft, signal);
      },
    };
    const zombie = at.land(at.range(0, 200), { zone: sleepy });
    const successor = await at.land(at.range(0, 200), { limits: { ...smallLimits, objectRecords: 33 } });
    wake.abort();
    expect(await zombie).toEqual(successor);
    expect(await at.stored(0, 200)).toEqual(lines(0, 200));
  });

  test('an object that goes over the end of a range, or begins before it, counts in part', async () => {
    await at.send([...posts(0, 60), 'bad', 'bad', ...posts(62, 120)]);
    const big = { objectRecords: 1_000, objectBytes: 1_000_000, recordBytes: 2_000 };
    await at.land(at.range(0, 120), { limits: big });
    expect(await at.objects(0, 120)).toHaveLength(1);
    expect(await at.land(at.range(0, 61))).toMatchObject({ objects: 1, records: 60, quarantined: 1 });
    expect(await at.land(at.range(61, 120))).toMatchObject({ objects: 1, records: 58, quarantined: 1 });
    expect(await at.land(at.range(30, 40))).toMatchObject({ objects: 1, records: 10, quarantined: 0 });
    const audit = await auditLanding(at.zone, [at.range(30, 61)], { bytes: false });
    expect(audit).toEqual({ objects: 1, offsets: 31, records: 30, quarantined: 1, absent: 0, lost: 0 });
  });

  test('S3 in trouble all the time, losing responses of PUTs that were applied, changes nothing', async () => {
    await at.send(posts(0, 400));
    const { s3 } = testSettings();
    const proxy = await startFaultProxy(s3.endpoint ?? '');
    const faults: readonly Fault[] = [
      { kind: 'status', status: 500, code: 'InternalError' },
      { kind: 'status', status: 503, code: 'SlowDown' },
      { kind: 'lose-response' },
      { kind: 'reset' },
      { kind: 'wait', ms: 100 },
    ];
    proxy.rule = () => (randomInt(4) === 0 ? faults[randomInt(faults.length)] : undefined);
    const patience = { attempts: 8, connectMs: 1_000, idleMs: 2_000, answerMs: 2_000 };
    const store = createS3ObjectStore({ ...s3, bucket: at.bucket, endpoint: proxy.endpoint }, patience);
    try {
      const landed = await at.land(at.range(0, 400), { zone: createLandingZone(store, { gzip: false }) });
      expect(landed).toMatchObject({ records: 400 });
      expect(await at.stored(0, 400)).toEqual(lines(0, 400));
    } finally {
      store.close();
      await proxy.close();
    }
  });
});

describe('what Kafka does not have any more', () => {
  test('before the first landing is no loss: the chain accounts for it', async () => {
    await at.send(posts(0, 50));
    await at.forget(20);
    expect(await at.land(at.range(20, 50))).toMatchObject({ records: 30, quarantined: 0 });
    expect((await at.objects(0, 50))[0]).toMatchObject({ start: 0, missing: [{ from: 0, to: 20 }] });
    expect(await at.stored(0, 50)).toEqual(lines(20, 50));
    expect(await auditLanding(at.zone, [at.range(0, 50)], { bytes: true })).toMatchObject({ absent: 20, lost: 0 });
  });

  test('after it was planned is a loss, said in words, until an operator gives it up', async () => {
    await at.send(posts(0, 50));
    await at.land(at.range(0, 10));
    await at.forget(30);
    const failure: unknown = await at.land(at.range(10, 50)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'corrupt', canRetry: false });
    expect(String(failure)).toContain('deleted offsets 10 to 29');
    expect(String(failure)).toContain(`tw landing accept-loss ${at.topic} 0 --from 10 --to 30`);
    const loss = { topic: at.topic, partition: 0, from: 10, to: 30 };
    for (const wrong of [{ from: 9 }, { from: 11 }, { to: 31 }, { to: 10 }]) {
      await expect(acceptLoss(at, { ...loss, ...wrong })).rejects.toMatchObject({ code: 'invalid' });
    }
    expect(await acceptLoss(at, loss)).toMatchObject({ lost: 'retention', records: 0, size: 0 });
    expect(await acceptLoss(at, loss)).toMatchObject({ lost: 'retention' });
    expect(await at.land(at.range(10, 50))).toMatchObject({ records: 20, quarantined: 0 });
    const audit = await auditLanding(at.zone, [at.range(0, 50)], { bytes: true });
    expect(audit).toMatchObject({ offsets: 50, records: 30, lost: 20, absent: 0 });
  });

  // The wrong partition's number is enough for that: an object inside of another one would break the chain for every reader.
  test('is not what was landed: records in the chain cannot be given up, and it stays whole', async () => {
    await at.send(posts(0, 50));
    await at.land(at.range(0, 30), { limits: { ...smallLimits, objectRecords: 10 } });
    await at.forget(20);
    const before = await at.objects(0, 30);
    for (const [from, to] of [
      [5, 8],
      [10, 20],
      [0, 10],
      [10, 30],
      [20, 40],
    ] as const) {
      await expect(acceptLoss(at, { topic: at.topic, partition: 0, from, to })).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('goes up to 30 already'),
      });
    }
    expect(await at.objects(0, 30)).toEqual(before);
    expect((await at.zone.chains(at.topic))[0]).toMatchObject({ objects: before.length });
  });

  test('is given up only where nobody lands it at the same moment', async () => {
    await at.send(posts(0, 50));
    await at.land(at.range(0, 10));
    await at.forget(30);
    const zone: LandingZone = {
      ...at.zone,
      create: async (draft, signal) => {
        await at.zone.create({ ...draft, next: 20, missing: [{ from: 10, to: 20 }] });
        return at.zone.create(draft, signal);
      },
    };
    const loss = { topic: at.topic, partition: 0, from: 10, to: 30 };
    await expect(acceptLoss({ ...at, zone }, loss)).rejects.toMatchObject({ code: 'invalid' });
    expect(await at.zone.end(at.topic, 0)).toBe(20);
  });

  test('is not gone where a chain was removed: that is said, and nothing landed over it', async () => {
    await at.send(posts(0, 50));
    await at.land(at.range(0, 20));
    const [object] = await at.objects(0, 20);
    await at.store.remove([object?.key ?? '']);
    await expect(at.land(at.range(20, 50))).rejects.toMatchObject({ code: 'corrupt', canRetry: false });
    expect(await at.zone.end(at.topic, 0)).toBeUndefined();
  });
});
