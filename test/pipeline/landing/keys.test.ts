import * as fc from 'fast-check';
import {
  chainFormatKey,
  chainPrefix,
  gapsKey,
  isTopicName,
  landedKey,
  parseLandedKey,
  parsePartitionCount,
  partitionCountKey,
  partitionCountPrefix,
  quarantineKey,
  stageQuarantineKey,
  topicPrefix,
  type LandedKey,
} from '../../../pipeline/landing/keys.ts';

const topicLetter = fc.constantFrom(...'abzAZ019._-'.split(''));
const topic = fc.string({ unit: topicLetter, minLength: 1, maxLength: 249 }).filter(isTopicName);
const place: fc.Arbitrary<LandedKey> = fc.record({
  topic,
  partition: fc.nat(2 ** 31 - 1),
  start: fc.maxSafeNat(),
  encoding: fc.constantFrom('identity' as const, 'gzip' as const),
});

describe('keys of landed objects', () => {
  test("are the Confluent sink's", () => {
    const key = landedKey({ topic: '0e172e8c4bc3.pin', partition: 0, start: 1703, encoding: 'identity' });
    expect(key).toBe('topics/0e172e8c4bc3.pin/partition=0/0e172e8c4bc3.pin+0+0000001703.json');
    expect(landedKey({ topic: 't', partition: 12, start: 0, encoding: 'gzip' })).toBe(
      'topics/t/partition=12/t+12+0000000000.json.gz',
    );
  });

  test('say what they were made of, whatever that was', () => {
    fc.assert(
      fc.property(place, (one) => {
        const key = landedKey(one);
        expect(parseLandedKey(key)).toEqual(one);
        expect(key.startsWith(chainPrefix(one))).toBe(true);
        expect(key.startsWith(topicPrefix(one.topic))).toBe(true);
        expect(key.length).toBeLessThanOrEqual(1024);
      }),
    );
  });

  test('sort by offset as long as offsets have ten digits', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 10 - 1), fc.nat(10 ** 10 - 1), (a, b) => {
        const [x, y] = [a, b].map((start) => landedKey({ topic: 't', partition: 0, start, encoding: 'identity' }));
        expect(Math.sign(a - b)).toBe(x === y ? 0 : String(x) < String(y) ? -1 : 1);
      }),
    );
  });

  test.each([
    'topics/t/partition=0/t+0+0000000001.jsonl',
    'topics/t/partition=0/t+0+000000001.json',
    'topics/t/partition=0/t+0+00000000001.json',
    'topics/t/partition=00/t+00+0000000001.json',
    'topics/t/partition=0/t+1+0000000001.json',
    'topics/t/partition=0/u+0+0000000001.json',
    'topics/t/partition=0/t+0+0000000001.json.gz.tmp',
    'topics/t/partition=0/x/t+0+0000000001.json',
    'topics/../partition=0/..+0+0000000001.json',
    'x/topics/t/partition=0/t+0+0000000001.json',
    'topics/t/partition=0/t+0+9999999999999999.json',
    'topics/t/partition=0/t+0+0000000001.JSON',
    '',
  ])('are not read from %j', (key) => {
    expect(parseLandedKey(key)).toBeUndefined();
  });

  test.each(['', '.', '..', 'a/b', 'a b', 'ä', 'a+b', 'x'.repeat(250), 'a\n'])('refuse the topic %j', (name) => {
    expect(isTopicName(name)).toBe(false);
    for (const make of [topicPrefix, chainFormatKey]) expect(() => make(name)).toThrow(RangeError);
    expect(() => landedKey({ topic: name, partition: 0, start: 0, encoding: 'identity' })).toThrow(RangeError);
  });

  test.each([-1, 1.5, 2 ** 53, Number.NaN])('refuse the offset %d', (start) => {
    expect(() => landedKey({ topic: 't', partition: 0, start, encoding: 'identity' })).toThrow(RangeError);
  });
});

describe('keys beside the chain', () => {
  const at = { topic: 'u.pin', partition: 2 };
  const hash = 'abcdef0123456789'.repeat(4);

  test('name place, start and content', () => {
    expect(quarantineKey(at, 7, hash)).toBe('quarantine/u.pin/partition=2/u.pin+2+0000000007+abcdef0123456789.ndjson');
    expect(gapsKey(at, 7, hash)).toBe('gaps/u.pin/partition=2/u.pin+2+0000000007+abcdef0123456789.json');
  });

  test("say a topic's number of partitions", () => {
    expect(partitionCountKey('u.pin', 12)).toBe('chains/u.pin/partitions=12.json');
    expect(partitionCountKey('u.pin', 12).startsWith(partitionCountPrefix('u.pin'))).toBe(true);
    expect(parsePartitionCount(partitionCountKey('u.pin', 12))).toBe(12);
    for (const key of [chainFormatKey('u.pin'), 'chains/u.pin/partitions=0.json', 'chains/u.pin/partitions=x.json']) {
      expect(parsePartitionCount(key)).toBeUndefined();
    }
    expect(() => partitionCountKey('u.pin', 0)).toThrow(RangeError);
  });

  test('keep a run id of any letters in one part of the key', () => {
    const key = stageQuarantineKey(at, { stage: 'clean', runId: '../we ird/ü' }, 7, hash);
    expect(key).toBe(
      'quarantine/u.pin/partition=2/clean/..%2Fwe%20ird%2F%C3%BC/u.pin+2+0000000007+abcdef0123456789.ndjson',
    );
  });
});
