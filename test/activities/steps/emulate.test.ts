import { createConnection } from 'mysql2/promise';
import { createKafka } from '../../../activities/kafka/kafka.ts';
import type { IncomingRecord, KafkaPort, KafkaProducer } from '../../../activities/kafka/port.ts';
import { mysqlOptions } from '../../../activities/mysql/mysql-settings.ts';
import type { SourceDatabase } from '../../../activities/mysql/port.ts';
import { createSourceDatabase } from '../../../activities/mysql/source-database.ts';
import { seedSource } from '../../../activities/mysql/source-seeder.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { AdapterError } from '../../../activities/shared/adapter-error.ts';
import type { ObjectStore } from '../../../activities/shared/object-store.ts';
import type { EmulateInput, EmulateResult } from '../../../activities/steps/contract.ts';
import { createEmulate } from '../../../activities/steps/emulate.ts';
import { drawPosts } from '../../../pipeline/draw/draw.ts';
import { sourcePosts } from '../../../pipeline/source/source-posts.ts';
import { tableNames, topicName, type TableName } from '../../../pipeline/tables.ts';
import { testSettings, uniqueDatabase, uniqueName } from '../../support/stack.ts';
import { testContext, type TestContext } from './step-context.ts';

const user = uniqueName('emulate');
const settings = testSettings({ TW_S3_BUCKET: uniqueName('emulate') });
const mysql = { ...settings.mysql, database: uniqueDatabase() };
const topics = { partitions: 2, replicationFactor: 1, retentionMs: -1 };
const signal = new AbortController().signal;
const source = sourcePosts();
const course: EmulateInput = { posts: 10, draw: 'course', seed: 100, rate: null, timestamps: 'space', rows: null };

let kafka: KafkaPort;
let database: SourceDatabase;
let store: S3ObjectStore;

beforeAll(async () => {
  kafka = createKafka(settings.kafka);
  database = createSourceDatabase(mysql);
  store = createS3ObjectStore(settings.s3);
  await Promise.all([seedSource(mysql, { force: false, signal }), store.ensureBucket()]);
});

afterAll(async () => {
  await Promise.all([database.close(), kafka.close()]);
  store.close();
  const connection = await createConnection(mysqlOptions(mysql));
  await connection.query(`DROP DATABASE \`${mysql.database}\``);
  await connection.end();
});

interface Changes {
  readonly user?: string;
  readonly store?: ObjectStore;
  readonly kafka?: KafkaPort;
}

/** Runs the step; every test uses a user, and with it topics, of its own. */
async function emulate(input: EmulateInput, context: TestContext, changes: Changes = {}): Promise<EmulateResult> {
  return createEmulate({ source: database, kafka, store, user, topics, ...changes })(input, context);
}

async function posted(table: TableName, of: string): Promise<readonly IncomingRecord[]> {
  const topic = topicName(of, table);
  const records: IncomingRecord[] = [];
  for (const { partition, low, high } of await kafka.offsets(topic)) {
    for await (const batch of kafka.readRange({ topic, partition, from: low, to: high }, signal))
      records.push(...batch);
  }
  return records;
}

const textsOf = (records: readonly IncomingRecord[]): readonly string[] =>
  records.map(({ value }) => value?.toString() ?? '').toSorted();

const numbersOf = (records: readonly IncomingRecord[]): readonly number[] =>
  records.map(({ key }) => Number(key?.toString())).toSorted((a, b) => a - b);

const offsetsOf = (from: number, to: number, seed = 100): readonly number[] =>
  [...drawPosts({ mode: 'course', seed, last: 11_153 }, from, to)]
    .map(({ offset }) => offset)
    .toSorted((a, b) => a - b);

/** Kafka whose sends fail after some that go well, as those of a killed worker do. */
function failingAfter(sends: number): KafkaPort {
  return {
    ...kafka,
    async producer(): Promise<KafkaProducer> {
      const producer = await kafka.producer();
      let left = sends;
      return {
        ...producer,
        send: async (...call) => {
          if (left-- <= 0) throw new Error('killed');
          await producer.send(...call);
        },
      };
    },
  };
}

/** A store whose process dies when it has created so many objects. */
function dyingAfter(objects: number): ObjectStore {
  let left = objects;
  return {
    ...store,
    create: async (key, body, put) => {
      const outcome = await store.create(key, body, put);
      left -= 1;
      if (left === 0) throw new Error('killed');
      return outcome;
    },
  };
}

describe("the course's draw", () => {
  test('goes out as three records a post, keyed by the post, and goes on in the next run', async () => {
    const first = await emulate(course, testContext({ runId: 'day-1' }));
    expect(first).toEqual({ draw: { from: 0, to: 10 }, records: { pin: 10, geo: 10, user: 10 } });
    for (const table of tableNames) {
      const records = await posted(table, user);
      expect(numbersOf(records)).toEqual([1313, 2863, 4315, 5069, 5494, 5730, 7528, 8304, 8731, 10_794]);
      for (const { key, value } of records) {
        expect(value?.toString()).toBe(JSON.stringify(source.post(Number(key?.toString()))[table]));
      }
    }
    const second = await emulate({ ...course, posts: 500 }, testContext({ runId: 'day-2' }));
    expect(second.draw).toEqual({ from: 10, to: 510 });
    expect(numbersOf(await posted('pin', user))).toEqual(offsetsOf(0, 510));
  });

  test('is posted once: a run done again says the same, whatever is asked then, and posts nothing', async () => {
    const again = await emulate({ ...course, posts: 77, seed: 5 }, testContext({ runId: 'day-1' }));
    expect(again).toEqual({ draw: { from: 0, to: 10 }, records: { pin: 10, geo: 10, user: 10 } });
    expect(numbersOf(await posted('geo', user))).toEqual(offsetsOf(0, 510));
  });

  test('is shared by runs at once without a gap or a post twice', async () => {
    const of = uniqueName('runs');
    const input = { ...course, posts: 20, seed: 41 };
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) => emulate(input, testContext({ runId: `at-once-${i}` }), { user: of })),
    );
    const parts = results.map(({ draw }) => draw).toSorted((a, b) => a.from - b.from);
    expect(parts).toEqual(Array.from({ length: 6 }, (_, i) => ({ from: i * 20, to: i * 20 + 20 })));
    expect(numbersOf(await posted('user', of))).toEqual(offsetsOf(0, 120, 41));
  });

  test('is claimed once, however the first attempt ends between two objects', async () => {
    const of = uniqueName('claims');
    const input = { ...course, posts: 5, seed: 42 };
    const context = testContext({ runId: 'dying' });
    await expect(emulate(input, context, { user: of, store: dyingAfter(1) })).rejects.toThrow('killed');
    await expect(emulate(input, context, { user: of, store: dyingAfter(1) })).rejects.toThrow('killed');
    // Others take their parts meanwhile.
    const other = await emulate(input, testContext({ runId: 'other' }), { user: of });
    expect(other.draw).toEqual({ from: 5, to: 10 });
    await expect(emulate(input, context, { user: of, store: dyingAfter(2) })).rejects.toThrow('killed');
    const done = await emulate(input, context, { user: of });
    expect(done.draw).toEqual({ from: 0, to: 5 });
    const next = await emulate(input, testContext({ runId: 'next' }), { user: of });
    expect(next.draw).toEqual({ from: 10, to: 15 });
  });

  test('says so when what a run fixed was edited', async () => {
    await store.create('runs/testDag/edited/inputs/draw.json', Buffer.from('{"version":1,"from":5}'));
    await expect(emulate(course, testContext({ runId: 'edited' }))).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe('an emulator that is killed', () => {
  test('goes on where it was: one chunk at most is there twice', async () => {
    const of = uniqueName('killed');
    const input: EmulateInput = { ...course, draw: 'whole' };
    const first = testContext({ runId: 'whole' });
    // Two chunks of three sends, and one more send of the third chunk.
    await expect(emulate(input, first, { user: of, kafka: failingAfter(7) })).rejects.toThrow('killed');
    expect(first.heartbeats).toHaveLength(2);
    const second = testContext({ runId: 'whole', resumed: first.heartbeats.at(-1) });
    const result = await emulate(input, second, { user: of });
    expect(result).toEqual({ draw: { from: 0, to: 11_154 }, records: { pin: 11_154, geo: 11_154, user: 11_154 } });
    const all = Array.from({ length: 11_154 }, (_, i) => i);
    for (const table of tableNames) {
      const numbers = numbersOf(await posted(table, of));
      expect([...new Set(numbers)]).toEqual(all);
      expect(numbers.length).toBeLessThanOrEqual(11_154 + 2_000);
    }
    const third = testContext({ runId: 'whole', resumed: second.heartbeats.at(-1) });
    expect(await emulate(input, third, { user: of })).toEqual(result);
    expect(third.heartbeats).toEqual([]);
  });

  // A try gets no heartbeat of the one before it: it began with post 0, and a part longer than a try was never done.
  test('and whose try is over, goes on in the next try', async () => {
    const of = uniqueName('tries');
    const input: EmulateInput = { ...course, draw: 'whole' };
    // One chunk of three sends.
    const first = emulate(input, testContext({ runId: 'tries' }), { user: of, kafka: failingAfter(3) });
    await expect(first).rejects.toThrow('killed');
    const result = await emulate(input, testContext({ runId: 'tries' }), { user: of });
    expect(result.records).toEqual({ pin: 11_154, geo: 11_154, user: 11_154 });
    const all = Array.from({ length: 11_154 }, (_, i) => i);
    const numbers = numbersOf(await posted('pin', of));
    expect([...new Set(numbers)]).toEqual(all);
    // What the first try's read-ahead may have left is nothing: no number is there twice.
    expect(numbers).toHaveLength(11_154);
  });

  test('keeps a hint that may lag, and never goes by one that leads or cannot be read', async () => {
    const of = uniqueName('hints');
    const hints = ['?', { from: 0, posted: 3 }, { from: 7, posted: 3, records: { pin: 3, geo: 3, user: 3 } }].map(
      (hint) => JSON.stringify(hint),
    );
    const input = { ...course, seed: 47 };
    for (const [i, hint] of hints.entries()) {
      const key = `runs/testDag/hints-${i}/outputs/emulate-cursor.json`;
      await store.replace(key, Buffer.from(hint));
      await emulate(input, testContext({ runId: `hints-${i}` }), { user: of });
    }
    // A zombie's hint is behind the heartbeat; one beyond the part is nobody's.
    const claimed = { from: 30, records: { pin: 1, geo: 1, user: 1 } };
    for (const [i, stale] of [1, 99].entries()) {
      const key = `runs/testDag/stale-${i}/outputs/emulate-cursor.json`;
      const part = { ...claimed, from: 30 + i * 10 };
      await store.replace(key, Buffer.from(JSON.stringify({ ...part, posted: stale })));
      const resumed = { ...part, posted: 4, records: { pin: 4, geo: 4, user: 4 } };
      const { draw, records } = await emulate(input, testContext({ runId: `stale-${i}`, resumed }), { user: of });
      expect([draw.from, records.pin]).toEqual([part.from, 10]);
    }
    expect(numbersOf(await posted('pin', of))).toHaveLength(3 * 10 + 2 * 6);
  });

  test('does not fail when its hint cannot be kept', async () => {
    const deaf: ObjectStore = {
      ...store,
      replace: async () => {
        throw new AdapterError('the store is away', { system: 's3', code: 'unavailable' });
      },
    };
    const context = testContext({ runId: 'deaf' });
    const { records } = await emulate({ ...course, seed: 48 }, context, { user: uniqueName('deaf'), store: deaf });
    expect(records.pin).toBe(10);
    expect(context.complaints).toHaveLength(1);
  });

  test('trusts no cursor that is not its own', async () => {
    const of = uniqueName('cursor');
    for (const [i, resumed] of ['?', { from: 999, posted: 3, records: {} }, { posted: -1 }, null].entries()) {
      const context = testContext({ runId: `cursor-${i}`, resumed });
      expect((await emulate({ ...course, seed: 43 }, context, { user: of })).records.pin).toBe(10);
    }
  });

  test("stops when its signal aborts, in the middle of the course's pauses too", async () => {
    const stop = new AbortController();
    const context = testContext({
      runId: 'stopped',
      signal: stop.signal,
      onHeartbeat: () => stop.abort(new Error('drained')),
    });
    const slow = emulate({ ...course, rate: 'course', seed: 44 }, context, { user: uniqueName('stopped') });
    await expect(slow).rejects.toThrow('drained');
    expect(stop.signal.aborted).toBe(true);
    expect(context.heartbeats).toHaveLength(1);
  });
});

describe('other draws, paces and words', () => {
  test('in order, over the end of the table', async () => {
    const of = uniqueName('sequential');
    const input: EmulateInput = { ...course, draw: 'sequential', posts: 11_150, timestamps: 'iso' };
    const first = await emulate(input, testContext({ runId: 'seq-1' }), { user: of });
    const second = await emulate({ ...input, posts: 8 }, testContext({ runId: 'seq-2' }), { user: of });
    expect([first.draw, second.draw]).toEqual([
      { from: 0, to: 11_150 },
      { from: 11_150, to: 11_158 },
    ]);
    const geo = await posted('geo', of);
    expect(numbersOf(geo).slice(0, 8)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(geo.every(({ value }) => /"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"/.test(value?.toString() ?? ''))).toBe(
      true,
    );
  });

  test('as many posts a second as asked for', async () => {
    const begun = performance.now();
    const input: EmulateInput = { ...course, seed: 45, posts: 40, rate: 40 };
    await emulate(input, testContext({ runId: 'pace' }), { user: uniqueName('pace') });
    const seconds = (performance.now() - begun) / 1000;
    expect(seconds).toBeGreaterThan(0.85);
    // One, and what busy servers take for the rest: a second for each post would be forty.
    expect(seconds).toBeLessThan(20);
  });

  test('says which posts the database does not have', async () => {
    const small = { ...mysql, database: uniqueDatabase() };
    const connection = await createConnection(mysqlOptions(mysql));
    await connection.query(`CREATE DATABASE \`${small.database}\``);
    for (const table of ['pinterest_data', 'geolocation_data', 'user_data']) {
      const key = table === 'pinterest_data' ? 'index' : 'ind';
      await connection.query(
        `CREATE TABLE \`${small.database}\`.${table} AS SELECT * FROM ${table} WHERE \`${key}\` < 9000`,
      );
    }
    const few = createSourceDatabase(small);
    const context = testContext({ runId: 'few' });
    const step = createEmulate({ source: few, kafka, store, user: uniqueName('few'), topics });
    const result = await step({ ...course, seed: 46, posts: 100 }, context);
    expect(result.records.pin).toBe(offsetsOf(0, 100, 46).filter((offset) => offset < 9000).length);
    expect(context.complaints).toContain('the database does not have all posts that were drawn');
    await connection.query(`DELETE FROM \`${small.database}\`.pinterest_data`);
    await expect(step(course, testContext({ runId: 'none' }))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('tw db seed'),
    });
    await few.close();
    await connection.query(`DROP DATABASE \`${small.database}\``);
    await connection.end();
  });
});

describe('rows of files', () => {
  const pins = [
    '{"index":7,"a":1}',
    'no json',
    '{"ind":"8"}',
    '[1]',
    'null',
    '{"__proto__":{"ind":3}}',
    '{"index":7,"a":2}',
  ];
  const files: Readonly<Record<TableName, string>> = {
    pin: `${pins.join('\n')}\n`,
    geo: '{"ind":1}\r\n\n{"ind":2}',
    user: `{"ind":1,"long":"${'x'.repeat(1_200_000)}"}\n{"ind":2}\n`,
  };
  const input: EmulateInput = { ...course, rows: 'given/rows/' };

  beforeAll(async () => {
    for (const table of tableNames) await store.replace(`given/rows/${table}.jsonl`, Buffer.from(files[table]));
  });

  test('go out as they are, in order, keyed where they have a number', async () => {
    const of = uniqueName('rows');
    const result = await emulate(input, testContext({ runId: 'rows' }), { user: of });
    expect(result).toEqual({ draw: { from: 0, to: 7 }, records: { pin: 7, geo: 2, user: 2 } });
    const records = await posted('pin', of);
    expect(textsOf(records)).toEqual(pins.toSorted());
    const keyed = records.filter(({ key }) => key?.toString() === '7').map(({ value }) => value?.toString());
    expect(keyed).toEqual(['{"index":7,"a":1}', '{"index":7,"a":2}']);
    expect(records.filter(({ key }) => key === null)).toHaveLength(4);
    expect(textsOf(await posted('geo', of))).toEqual(['{"ind":1}', '{"ind":2}']);
    expect((await posted('user', of)).map(({ value }) => value?.length)).toContain(1_200_019);
  });

  test('go on where the last attempt was', async () => {
    const of = uniqueName('rows');
    const resumed = { rows: input.rows, posted: { pin: 5, geo: 2, user: 1 } };
    const result = await emulate(input, testContext({ runId: 'rows-2', resumed }), { user: of });
    expect(result.records).toEqual({ pin: 7, geo: 2, user: 2 });
    expect((await posted('pin', of)).length).toBe(2);
    expect((await posted('geo', of)).length).toBe(0);
  });

  test('go on in a new try where the last one was, file by file', async () => {
    const of = uniqueName('rows');
    const key = 'runs/testDag/rows-try/outputs/emulate-cursor.json';
    await store.replace(key, Buffer.from(JSON.stringify({ rows: input.rows, posted: { pin: 4, geo: 2, user: 0 } })));
    const resumed = { rows: input.rows, posted: { pin: 1, geo: 0, user: 1 } };
    const result = await emulate(input, testContext({ runId: 'rows-try', resumed }), { user: of });
    expect(result.records).toEqual({ pin: 7, geo: 2, user: 2 });
    const counts = [];
    for (const table of tableNames) counts.push((await posted(table, of)).length);
    expect(counts).toEqual([3, 0, 1]);
  });

  test('that are not there stop the step, and nothing goes on after it', async () => {
    const of = uniqueName('rows');
    await store.replace('given/part/pin.jsonl', Buffer.from('{"index":1}\n'));
    await expect(
      emulate({ ...input, rows: 'given/part' }, testContext({ runId: 'rows-3' }), { user: of }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
