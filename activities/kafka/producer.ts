import { Producer, type BaseOptions } from '@platformatic/kafka';
import { abortable, pause } from './abortable.ts';
import { closed, retryUntil } from './patience.ts';
import { kafkaError } from './kafka-error.ts';
import { partitionOfKey } from './partition-of-key.ts';
import type { KafkaProducer, OutgoingRecord } from './port.ts';

/**
 * Bytes of records that go into one batch, the unit that a broker takes or refuses: below its default limit
 * (`message.max.bytes`, 1,048,588), with room for the batch's own bytes.
 */
const batchBytes = 900 * 1024;

/** Bytes that a record takes in a batch beside its key and value, at most. */
const recordOverhead = 32;

/** A record with its place, as the library takes it. */
interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly key?: Buffer;
  readonly value: Buffer | null;
}

/**
 * A producer with acks=all. Sends to one topic go out strictly one after the other, in the order of the calls, so that
 * the newest record of a key is the last one in its partition, even where a send was tried again. At least once: a
 * send whose answer was lost is sent again.
 */
export function createProducer(options: BaseOptions): KafkaProducer {
  const queues = new Map<string, Promise<void>>();
  let client: Producer<Buffer, Buffer | null> | undefined;
  let turn = 0;

  /**
   * Does one request, again while the brokers are away. The library's own retries are off: they keep a connection on
   * which a request timed out, and that one never answers again.
   */
  async function patiently<T>(
    what: string,
    signal: AbortSignal | undefined,
    work: (client: Producer<Buffer, Buffer | null>) => Promise<T>,
  ): Promise<T> {
    const patience = retryUntil();
    for (;;) {
      client ??= new Producer<Buffer, Buffer | null>({ ...options, acks: -1, retries: 0 });
      const used = client;
      try {
        return await work(used);
      } catch (error) {
        if (client === used) client = undefined;
        await closed(used);
        const failure = kafkaError(what, error);
        if (!patience(failure)) throw failure;
        signal?.throwIfAborted();
        await pause(300, signal);
      }
    }
  }

  async function sendAll(topic: string, records: readonly OutgoingRecord[], signal?: AbortSignal): Promise<void> {
    const what = `producing ${records.length} records to ${topic}`;
    const partitions = await patiently(what, signal, async (producer) => {
      const metadata = await producer.metadata({ topics: [topic] });
      return metadata.topics.get(topic)?.partitionsCount ?? 1;
    });
    // Records without a key stay together, a partition a send, as Java's sticky partitioner does.
    turn = (turn + 1) % partitions;
    let messages: Placed[] = [];
    let bytes = Array.from({ length: partitions }, () => 0);
    const flush = async (): Promise<void> => {
      const full = messages;
      if (full.length > 0) await patiently(what, signal, (producer) => producer.send({ messages: full, acks: -1 }));
      messages = [];
      bytes = bytes.fill(0);
    };
    for (const { key, value } of records) {
      const partition = key === null ? turn : partitionOfKey(key, partitions);
      const size = (key?.length ?? 0) + (value?.length ?? 0) + recordOverhead;
      if ((bytes[partition] ?? 0) + size > batchBytes) {
        signal?.throwIfAborted();
        await flush();
      }
      bytes[partition] = (bytes[partition] ?? 0) + size;
      messages.push({ topic, partition, value, ...(key === null ? {} : { key }) });
    }
    await flush();
  }

  return {
    async send(topic, records, signal) {
      if (records.length === 0) return;
      const before = queues.get(topic) ?? Promise.resolve();
      const sent = before.then(() => {
        signal?.throwIfAborted();
        return sendAll(topic, records, signal);
      });
      // The next send waits for this one, however it ends.
      queues.set(
        topic,
        sent.catch(() => undefined),
      );
      await abortable(sent, signal);
    },
    async close() {
      await Promise.all(queues.values());
      await closed(client);
      client = undefined;
    },
  };
}
