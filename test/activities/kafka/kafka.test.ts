import { randomBytes } from 'node:crypto';
import { Admin, Producer } from '@platformatic/kafka';
import { kafkaClientOptions } from '../../../activities/kafka/client-options.ts';
import { createKafka } from '../../../activities/kafka/kafka.ts';
import { createProducer } from '../../../activities/kafka/producer.ts';
import type {
  IncomingRecord,
  KafkaPort,
  OffsetRange,
  OutgoingRecord,
  TopicSpec,
} from '../../../activities/kafka/port.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

const settings = testSettings().kafka;
const options = kafkaClientOptions(settings);
const signal = new AbortController().signal;
const prefix = uniqueName('kafka');
let kafka: KafkaPort;

beforeAll(() => {
  kafka = createKafka(settings);
});
afterAll(() => kafka.close());

const spec = (name: string, partitions = 1): TopicSpec => ({
  topic: `${prefix}.${name}`,
  partitions,
  replicationFactor: 1,
  retentionMs: -1,
});

async function topicOf(name: string, partitions = 1): Promise<string> {
  const one = spec(name, partitions);
  await kafka.ensureTopics([one]);
  return one.topic;
}

async function read(range: OffsetRange, from: KafkaPort = kafka): Promise<readonly IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  for await (const batch of from.readRange(range, signal)) records.push(...batch);
  return records;
}

async function send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
  const producer = await kafka.producer();
  await producer.send(topic, records);
  await producer.close();
}

async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin(options);
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

const numbered = (from: number, to: number, size = 20): readonly OutgoingRecord[] =>
  Array.from({ length: to - from }, (_, i) => ({
    key: Buffer.from(String(from + i)),
    value: Buffer.from(String(from + i).padEnd(size, '.')),
  }));

describe('topics', () => {
  test('are made where they are missing, and left alone where they are there', async () => {
    const specs = [spec('made.pin', 3), spec('made.geo', 2)];
    expect(await kafka.ensureTopics(specs)).toEqual(specs.map(({ topic }) => topic));
    expect(await kafka.ensureTopics([...specs, spec('made.user')])).toEqual([spec('made.user').topic]);
    const listed = await kafka.listTopics(`${prefix}.made.`);
    expect(listed.map(({ topic, partitions }) => [topic, partitions.length])).toEqual([
      [`${prefix}.made.geo`, 2],
      [`${prefix}.made.pin`, 3],
      [`${prefix}.made.user`, 1],
    ]);
  });

  test('may be made by many at once', async () => {
    const others = Array.from({ length: 4 }, () => createKafka(settings));
    const made = await Promise.all(others.map((one) => one.ensureTopics([spec('race', 2)])));
    expect(made.flat().length).toBeLessThanOrEqual(1);
    await Promise.all(others.map((one) => one.close()));
  });

  test('say which is missing, and what is wrong with one that cannot be', async () => {
    await expect(kafka.offsets(`${prefix}.never`)).rejects.toMatchObject({ system: 'kafka', code: 'not_found' });
    await expect(kafka.ensureTopics([{ ...spec('wrong'), replicationFactor: 9 }])).rejects.toMatchObject({
      code: 'invalid',
      canRetry: false,
    });
  });
});

describe('a range', () => {
  test('is read exactly, from any offset to any other', async () => {
    const topic = await topicOf('exact');
    await send(topic, numbered(0, 5000, 700));
    expect(await kafka.offsets(topic)).toEqual([{ partition: 0, low: 0, high: 5000 }]);
    for (const [from, to] of [
      [0, 5000],
      [0, 1],
      [4999, 5000],
      [1234, 4321],
    ] as const) {
      const records = await read({ topic, partition: 0, from, to });
      expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: to - from }, (_, i) => from + i));
      expect(records[0]?.key?.toString()).toBe(String(from));
      expect(Math.abs((records[0]?.timestamp ?? 0) - Date.now())).toBeLessThan(120_000);
    }
    expect(await read({ topic, partition: 0, from: 7, to: 7 })).toEqual([]);
  });

  test('has whatever somebody posted: nothing, emptiness, garbage and a long line', async () => {
    const topic = await topicOf('garbage');
    const values = [
      null,
      Buffer.alloc(0),
      Buffer.from([0xff, 0xfe, 0]),
      randomBytes(1_048_576),
      Buffer.alloc(3_000_000, 'x'),
    ];
    await send(
      topic,
      values.map((value, i) => ({ key: i === 1 ? Buffer.alloc(0) : null, value })),
    );
    const records = await read({ topic, partition: 0, from: 0, to: values.length });
    expect(records.map(({ value }) => value?.length)).toEqual(values.map((value) => value?.length));
    expect(records[3]?.value?.equals(values[3] ?? Buffer.alloc(0))).toBe(true);
    expect(records.map(({ key }) => key?.length)).toEqual([undefined, 0, undefined, undefined, undefined]);
  });

  test('ends where it should although its last offsets are transaction markers', async () => {
    const topic = await topicOf('gaps');
    const producer = new Producer({ ...options, transactionalId: uniqueName('tx'), idempotent: true });
    for (let i = 0; i < 3; i++) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic, value: Buffer.from(`kept ${i}`) }], acks: -1 });
      await transaction.commit();
    }
    await producer.close();
    // The broker writes the last marker a moment after it has told of the transaction's end.
    const deadline = Date.now() + 10_000;
    while ((await kafka.offsets(topic))[0]?.high !== 6 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await kafka.offsets(topic))[0]?.high).toBe(6);
    const records = await read({ topic, partition: 0, from: 0, to: 6 });
    expect(records.map(({ offset, value }) => [offset, value?.toString()])).toEqual([
      [0, 'kept 0'],
      [2, 'kept 1'],
      [4, 'kept 2'],
    ]);
    expect(await read({ topic, partition: 0, from: 5, to: 6 })).toEqual([]);
  });

  test('is read where records are compressed', async () => {
    const topic = await topicOf('compressed');
    const messages = Array.from({ length: 400 }, (_, i) => ({
      topic,
      value: Buffer.from(`record ${i} ${'z'.repeat(200)}`),
    }));
    for (const [i, compression] of (['gzip', 'snappy', 'lz4', 'none'] as const).entries()) {
      const part = messages.slice(i * 100, (i + 1) * 100);
      const one = new Producer({ ...options });
      await one.send({ messages: part, acks: -1, compression });
      await one.close();
    }
    const records = await read({ topic, partition: 0, from: 50, to: 350 });
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 300 }, (_, i) => 50 + i));
    expect(records.every(({ offset, value }) => value?.toString().startsWith(`record ${offset} `))).toBe(true);
  });

  test('below the first kept record is corrupt, beyond the log too', async () => {
    const topic = await topicOf('retention');
    await send(topic, numbered(0, 100));
    await withAdmin((admin) =>
      admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 40n }] }] }),
    );
    expect(await kafka.offsets(topic)).toEqual([{ partition: 0, low: 40, high: 100 }]);
    await expect(read({ topic, partition: 0, from: 10, to: 60 })).rejects.toMatchObject({
      code: 'corrupt',
      canRetry: false,
    });
    expect((await read({ topic, partition: 0, from: 40, to: 60 })).length).toBe(20);
    await expect(read({ topic, partition: 0, from: 200, to: 300 })).rejects.toMatchObject({ code: 'corrupt' });
  });

  test('waits for nobody: a reader that stopped in the middle leaves nothing behind', async () => {
    const topic = await topicOf('left');
    await send(topic, numbered(0, 3000, 700));
    for (let i = 0; i < 5; i++) {
      for await (const batch of kafka.readRange({ topic, partition: 0, from: 0, to: 3000 }, signal)) {
        expect(batch[0]?.offset).toBe(0);
        break;
      }
    }
    const begun = performance.now();
    expect((await read({ topic, partition: 0, from: 0, to: 3000 })).length).toBe(3000);
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test('stops when its signal aborts', async () => {
    const topic = await topicOf('abort');
    await send(topic, numbered(0, 3000, 700));
    const stop = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const batch of kafka.readRange({ topic, partition: 0, from: 0, to: 3000 }, stop.signal)) {
        if (batch.length > 0) stop.abort(new Error('enough'));
      }
    };
    await expect(reading()).rejects.toThrow('enough');
  });
});

test('a broker that is away: the error says what to check', async () => {
  const away = createKafka({ ...settings, brokers: ['127.0.0.1:1'] });
  await expect(away.offsets('any')).rejects.toMatchObject({
    code: 'unavailable',
    canRetry: true,
    message: expect.stringContaining('TW_KAFKA_BROKERS'),
  });
  await away.close();
});

describe('a producer', () => {
  test('keeps a key in one partition, in the order of the sends', async () => {
    const topic = await topicOf('order', 3);
    const producer = createProducer(options);
    const sends = Array.from({ length: 30 }, (_, round) =>
      producer.send(
        topic,
        Array.from({ length: 40 }, (_unused, key) => ({
          key: Buffer.from(String(key)),
          value: Buffer.from(`${key} ${round}`),
        })),
      ),
    );
    await Promise.all(sends);
    await producer.close();
    const seen = new Map<string, { partition: number; round: number }>();
    let count = 0;
    for (const { partition, low, high } of await kafka.offsets(topic)) {
      for (const { value } of await read({ topic, partition, from: low, to: high })) {
        const [key = '', round = ''] = value?.toString().split(' ') ?? [];
        const before = seen.get(key) ?? { partition, round: -1 };
        expect(before.partition).toBe(partition);
        // A broker that is busy may answer too late, and the batch is sent again: then a round is there twice in a row,
        // but never behind a later one.
        expect([before.round, before.round + 1]).toContain(Number(round));
        if (Number(round) > before.round) count += 1;
        seen.set(key, { partition, round: Number(round) });
      }
    }
    expect(count).toBe(1200);
  });

  test('sends more than a batch may hold, and says when one record is too long', async () => {
    const topic = await topicOf('large');
    await send(topic, numbered(0, 5000, 2000));
    expect((await kafka.offsets(topic))[0]?.high).toBe(5000);
    await expect(send(topic, [{ key: null, value: Buffer.alloc(9_000_000) }])).rejects.toMatchObject({
      code: 'too_large',
      canRetry: false,
    });
  });

  test('says so when the topic is not there', async () => {
    await expect(send(`${prefix}.nowhere`, numbered(0, 1))).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('reading makes no consumer group', async () => {
  const topic = await topicOf('group');
  await send(topic, numbered(0, 10));
  expect((await read({ topic, partition: 0, from: 0, to: 10 })).length).toBe(10);
  const groups = await withAdmin((admin) => admin.listGroups());
  expect([...groups.keys()].filter((name) => name.startsWith('tradewind'))).toEqual([]);
});
