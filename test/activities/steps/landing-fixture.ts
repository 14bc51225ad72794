import { randomBytes } from 'node:crypto';
import { Admin } from '@platformatic/kafka';
import { kafkaClientOptions } from '../../../activities/kafka/client-options.ts';
import { createKafka } from '../../../activities/kafka/kafka.ts';
import type { KafkaPort } from '../../../activities/kafka/port.ts';
import { createLandingZone } from '../../../activities/s3/landing-zone.ts';
import type { LandedObject, LandingZone } from '../../../activities/s3/port.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { LandedPartition, LandingRange } from '../../../activities/steps/contract.ts';
import { createLandPartition, type LandPartitionDeps } from '../../../activities/steps/land-partition.ts';
import { clipSpans, complementOfSpans } from '../../../pipeline/landing/offset-spans.ts';
import { topicName } from '../../../pipeline/tables.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { testContext, type TestContext } from './step-context.ts';

/** Small objects, so that a few hundred records make a chain. */
export const smallLimits = { objectRecords: 40, objectBytes: 4_000, recordBytes: 2_000 };

/** One topic with one partition, and a bucket to land it in. */
export interface LandingFixture {
  readonly kafka: KafkaPort;
  readonly store: S3ObjectStore;
  readonly zone: LandingZone;
  readonly bucket: string;
  readonly user: string;
  readonly topic: string;
  /** Appends values to the topic; they are numbered on. */
  send(values: readonly (Buffer | string | null)[]): Promise<void>;
  /** What retention does: forgets all records below an offset. */
  forget(below: number): Promise<void>;
  range(from: number, to: number): LandingRange;
  /** Lands a range as an attempt of its own: by default with a zone that knows nothing of others. */
  land(range: LandingRange, change?: Partial<LandPartitionDeps>, context?: TestContext): Promise<LandedPartition>;
  objects(from: number, to: number): Promise<LandedObject[]>;
  /** What the bucket holds for each offset of a range: the line, or the bad record's bytes, or nothing. */
  stored(from: number, to: number): Promise<Map<number, Stored>>;
}

/** What is stored of an offset. */
export type Stored = { readonly line: string } | { readonly reason: string; readonly value: string | null };

/** Makes fixtures on the shared servers, in one bucket; each has a topic of its own. */
export async function landingFixtures(): Promise<{
  readonly make: () => Promise<LandingFixture>;
  readonly close: () => Promise<void>;
}> {
  const settings = testSettings();
  const bucket = uniqueName('land');
  const store = createS3ObjectStore({ ...settings.s3, bucket });
  const kafka = createKafka(settings.kafka);
  const admin = new Admin(kafkaClientOptions(settings.kafka));
  const producer = await kafka.producer();
  await store.ensureBucket();

  const make = async (): Promise<LandingFixture> => {
    const user = `u${randomBytes(4).toString('hex')}`;
    const topic = topicName(user, 'pin');
    await kafka.ensureTopics([{ topic, partitions: 1, replicationFactor: 1, retentionMs: -1 }]);
    const zone = createLandingZone(store, { gzip: false });
    const objects = async (from: number, to: number): Promise<LandedObject[]> => {
      const found: LandedObject[] = [];
      for await (const object of zone.objects(topic, 0, from, to)) found.push(object);
      return found;
    };
    return {
      kafka,
      store,
      zone,
      bucket,
      user,
      topic,
      send: async (values) => {
        const records = values.map((value) => ({
          key: null,
          value: typeof value === 'string' ? Buffer.from(value) : value,
        }));
        await producer.send(topic, records);
      },
      forget: async (below) => {
        await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: BigInt(below) }] }] });
      },
      range: (from, to) => ({ topic, partition: 0, from, to }),
      land: async (range, change = {}, context = testContext()) => {
        const deps = { kafka, zone: createLandingZone(store, { gzip: false }), user, limits: smallLimits, ...change };
        return createLandPartition(deps)({ table: 'pin', range }, context);
      },
      objects,
      stored: async (from, to) => {
        const found = new Map<number, Stored>();
        for (const object of await objects(from, to)) {
          await zone.check(object);
          await collect(store, object, found);
        }
        for (const offset of found.keys()) if (offset < from || offset >= to) found.delete(offset);
        return found;
      },
    };
  };
  const close = async (): Promise<void> => {
    await producer.close();
    await admin.close();
    await kafka.close();
    store.close();
  };
  return { make, close };
}

/** Puts an object's lines and bad records to their offsets. An offset that had something already is a doubled one. */
async function collect(store: S3ObjectStore, object: LandedObject, found: Map<number, Stored>): Promise<void> {
  const put = (offset: number, stored: Stored): void => {
    if (found.has(offset)) throw new Error(`offset ${offset} is there twice`);
    found.set(offset, stored);
  };
  const within = { from: object.start, to: object.next };
  const offsets = complementOfSpans(clipSpans(object.missing, within), within).flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, n) => from + n),
  );
  const lines = ((await store.get(object.key))?.body.toString() ?? '').split('\n').slice(0, -1);
  for (const [n, line] of lines.entries()) put(offsets[n] ?? -1, { line });
  const bad = object.quarantineKey === undefined ? undefined : await store.get(object.quarantineKey);
  for (const line of (bad?.body.toString() ?? '').split('\n').slice(0, -1)) {
    const { offset, reason, value } = JSON.parse(line);
    put(offset, { reason, value: value === null ? null : Buffer.from(value, 'base64').toString('latin1') });
  }
}
