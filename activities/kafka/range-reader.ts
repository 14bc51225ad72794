import { Consumer, type BaseOptions } from '@platformatic/kafka';
import { AdapterError } from '../shared/adapter-error.ts';
import { abortable, pause } from './abortable.ts';
import { kafkaError } from './kafka-error.ts';
import { closed, retryUntil } from './patience.ts';
import type { IncomingRecord, OffsetRange } from './port.ts';

/**
 * Bytes of a fetch. Two are in memory at a time: the one handed out, and the next, asked for ahead. Small ones are the
 * fastest by far, since they stay in the processor's cache: 4 MiB a fetch costs more than twice the CPU.
 */
const fetchBytes = 512 * 1024;

/** How long the log may end before the range does, before that is taken for a loss: a follower catches up in less. */
const endMs = 20_000;

/** Attribute of a record batch that holds a transaction marker instead of records. */
const controlBatch = 0x20;

/** Attribute of a record batch whose time is the broker's, the same for all records. */
const brokersTime = 0x08;

/** Read uncommitted, as Kafka's own consumers do by default: a range then ends at the high watermark. */
const isolationLevel = 0;

/** A connection to the leader of one partition. */
interface Leader {
  fetch(offset: number): Promise<Fetched>;
  close(): Promise<void>;
}

/** What one fetch brought. */
interface Fetched {
  readonly records: readonly IncomingRecord[];
  /** The offset to go on from: after the last batch, whether or not it had records left. */
  readonly next: number;
  readonly highWatermark: number;
}

/**
 * Reads a range as the port's `readRange` says, straight from the partition's leader. It joins no consumer group: there
 * is nothing to wait for after a crash, nothing to clean up, and the reader's place is the caller's alone.
 */
export async function* readRange(
  options: BaseOptions,
  range: OffsetRange,
  signal: AbortSignal,
): AsyncGenerator<readonly IncomingRecord[], void, undefined> {
  const what = `reading ${range.topic}/${range.partition} from ${range.from} to ${range.to}`;
  let next = range.from;
  let leader: Leader | undefined;
  let ahead: Promise<Fetched> | undefined;
  let lastProgress = Date.now();
  let patience = retryUntil();
  try {
    while (next < range.to) {
      signal.throwIfAborted();
      let fetched: Fetched;
      try {
        leader ??= await abortable(connect(options, range), signal);
        fetched = await abortable(ahead ?? leader.fetch(next), signal);
      } catch (error) {
        signal.throwIfAborted();
        const failure = kafkaError(what, error);
        if (!patience(failure)) throw failure;
        await closed(leader);
        leader = undefined;
        ahead = undefined;
        await pause(300, signal);
        continue;
      }
      ahead = undefined;
      if (fetched.next > next) {
        next = fetched.next;
        if (next < range.to) {
          ahead = leader.fetch(next);
          ahead.catch(() => undefined);
        }
        if (fetched.records.length > 0) yield fetched.records;
        lastProgress = Date.now();
        patience = retryUntil();
      } else if (Date.now() - lastProgress > endMs) {
        throw endOfLog(what, fetched.highWatermark);
      }
    }
  } finally {
    await closed(leader);
  }
}

/** Finds the partition's leader and connects to it. */
async function connect(options: BaseOptions, range: OffsetRange): Promise<Leader> {
  const { topic, partition, to } = range;
  // The library wants a group's name even of a consumer that never joins one. It must not retry: its retries know no
  // new leader, and a connection on which a request timed out is of no use any more.
  const consumer = new Consumer({ ...options, groupId: 'tradewind-never-joined', retries: 0 });
  try {
    const metadata = await consumer.metadata({ topics: [topic], forceUpdate: true });
    const described = metadata.topics.get(topic);
    const node = described?.partitions[partition]?.leader;
    if (described === undefined || node === undefined) {
      throw new AdapterError(`there is no partition ${partition} of ${topic}`, { system: 'kafka', code: 'not_found' });
    }
    const fetch = async (offset: number): Promise<Fetched> => {
      const response = await consumer.fetch({
        node,
        minBytes: 1,
        maxBytes: fetchBytes,
        maxWaitTime: 500,
        isolationLevel,
        topics: [
          {
            topicId: described.id,
            partitions: [
              {
                partition,
                currentLeaderEpoch: -1,
                fetchOffset: BigInt(offset),
                lastFetchedEpoch: -1,
                partitionMaxBytes: fetchBytes,
              },
            ],
          },
        ],
      });
      return decode(response, offset, to);
    };
    return { fetch, close: () => closed(consumer) };
  } catch (error) {
    await closed(consumer);
    throw error;
  }
}

function decode(response: Awaited<ReturnType<Consumer['fetch']>>, from: number, to: number): Fetched {
  const answer = response.responses[0]?.partitions[0];
  const records: IncomingRecord[] = [];
  let next = from;
  for (const batch of answer?.records ?? []) {
    const base = Number(batch.firstOffset);
    next = Math.max(next, base + batch.lastOffsetDelta + 1);
    if ((batch.attributes & controlBatch) !== 0) continue;
    const first = Number(batch.firstTimestamp);
    const fixed = (batch.attributes & brokersTime) === 0 ? undefined : Number(batch.maxTimestamp);
    for (const { offsetDelta, timestampDelta, key, value } of batch.records) {
      const offset = base + offsetDelta;
      // A compressed batch comes whole, even where it begins before the offset asked for.
      if (offset < from || offset >= to) continue;
      records.push({ offset, key, value, timestamp: fixed ?? first + Number(timestampDelta) });
    }
  }
  return { records, next, highWatermark: Number(answer?.highWatermark ?? -1n) };
}

function endOfLog(what: string, highWatermark: number): AdapterError {
  return new AdapterError(
    `${what}: the log ends at ${highWatermark}; was the topic deleted and made again, or did a broker lose data?`,
    { system: 'kafka', code: 'corrupt' },
  );
}
