import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { AdapterError } from '../shared/adapter-error.ts';
import { kafkaClientOptions } from './client-options.ts';
import { hasKafkaName, kafkaError } from './kafka-error.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { KafkaPort, PartitionOffsets, TopicDescription, TopicSpec } from './port.ts';
import { closed } from './patience.ts';
import { createProducer } from './producer.ts';
import { readRange } from './range-reader.ts';

/** What ListOffsets takes instead of a time. */
const earliest = -2n;
const latest = -1n;

/**
 * Bytes that a topic of ours takes as one batch, eight times Kafka's default: whatever somebody posts arrives, and
 * landing decides what becomes of it.
 */
const longestBatch = 8 * 1024 * 1024;

/**
 * Kafka through @platformatic/kafka (docs/decisions/kafka-client.md says why). Connects when first used; throws
 * AdapterError `invalid` at once when the settings' CA file cannot be read.
 */
export function createKafka(settings: KafkaSettings): KafkaPort {
  const options = kafkaClientOptions(settings);
  let admin: Admin | undefined;

  /** Runs one request or more. A connection that failed once is not used again: the library may have lost its place on it. */
  async function withAdmin<T>(what: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    admin ??= new Admin({ ...options, retries: 5, retryDelay: 500 });
    const used = admin;
    try {
      return await work(used);
    } catch (error) {
      if (admin === used) admin = undefined;
      await closed(used);
      throw kafkaError(what, error);
    }
  }

  return {
    producer: () => Promise.resolve(createProducer(options)),
    readRange: (range, signal) => readRange(options, range, signal),
    ensureTopics: (topics) =>
      withAdmin(`creating topics ${topics.map(({ topic }) => topic).join(', ')}`, (one) => ensureTopics(one, topics)),
    listTopics: (prefix) => withAdmin(`listing topics ${prefix}*`, (one) => listTopics(one, prefix)),
    offsets: (topic) => withAdmin(`asking for the offsets of ${topic}`, (one) => offsets(one, topic)),
    async close() {
      await closed(admin);
      admin = undefined;
    },
  };
}

async function ensureTopics(admin: Admin, topics: readonly TopicSpec[]): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  const created: string[] = [];
  for (const { topic, partitions, replicationFactor, retentionMs } of topics) {
    if (existing.has(topic)) continue;
    const configs = [
      { name: 'retention.ms', value: String(retentionMs) },
      { name: 'max.message.bytes', value: String(longestBatch) },
    ];
    try {
      await admin.createTopics({ topics: [topic], partitions, replicas: replicationFactor, configs });
      created.push(topic);
    } catch (error) {
      // Somebody else was faster, or the answer to our own request was lost: the topic is there.
      if (!hasKafkaName(error, 'TOPIC_ALREADY_EXISTS')) throw error;
    }
  }
  if (created.length > 0) await untilKnown(admin, created);
  return created;
}

/** A topic is there once every partition has a leader; until then producers and readers would take it for missing. */
async function untilKnown(admin: Admin, topics: readonly string[]): Promise<void> {
  const patience = Date.now() + 15_000;
  for (;;) {
    try {
      const { topics: known } = await admin.metadata({ topics: [...topics], forceUpdate: true });
      if (topics.every((topic) => known.get(topic)?.partitions.every(({ leader }) => leader >= 0) === true)) return;
    } catch (error) {
      if (Date.now() > patience) throw error;
    }
    if (Date.now() > patience) {
      throw new AdapterError(`the new topics ${topics.join(', ')} have no leaders yet`, {
        system: 'kafka',
        code: 'unavailable',
      });
    }
    await sleep(50);
  }
}

async function listTopics(admin: Admin, prefix: string): Promise<TopicDescription[]> {
  const names = (await admin.listTopics()).filter((name) => name.startsWith(prefix)).toSorted();
  return Promise.all(names.map(async (topic) => ({ topic, partitions: await offsets(admin, topic) })));
}

async function offsets(admin: Admin, topic: string): Promise<PartitionOffsets[]> {
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
  const partitions = [...(topics.get(topic)?.partitions.keys() ?? [])];
  const [low, high] = await Promise.all(
    [earliest, latest].map(async (timestamp) => {
      const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }));
      const [answer] = await admin.listOffsets({ topics: [{ name: topic, partitions: asked }] });
      return new Map(answer?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]));
    }),
  );
  return partitions.map((partition) => ({
    partition,
    low: low?.get(partition) ?? 0,
    high: high?.get(partition) ?? 0,
  }));
}
