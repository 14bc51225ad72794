import { topicName } from '../../pipeline/tables.ts';
import type { KafkaPort, PartitionOffsets } from '../kafka/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { FindOffsetsInput, PartitionEnd } from './contract.ts';

/** What looking for offsets needs. */
export interface FindOffsetsDeps {
  readonly kafka: KafkaPort;
  /** User whose topics the tables' are: `<user>.pin` and so on. */
  readonly user: string;
}

/**
 * The step that looks how far a topic is: gives where the partitions that count end, or `null` when that is not far enough, or the
 * topic or a partition of it is not there yet. Offsets count: one that a transaction's marker took, or that compaction emptied, is
 * a record here.
 */
export function createFindOffsets({
  kafka,
  user,
}: FindOffsetsDeps): (input: FindOffsetsInput) => Promise<readonly PartitionEnd[] | null> {
  return async ({ topic, partitions, offsets, records, since }) => {
    const known = await offsetsOf(kafka, typeof topic === 'string' ? topic : topicName(user, topic.table));
    const named = new Set([...(partitions ?? []), ...offsets.map(({ partition }) => partition)]);
    const counted = partitions === null ? known : known.filter(({ partition }) => named.has(partition));
    const byNumber = new Map(known.map((one) => [one.partition, one]));
    if (known.length === 0 || [...named].some((partition) => !byNumber.has(partition))) return null;
    if (offsets.some(({ partition, offset }) => (byNumber.get(partition)?.high ?? 0) < offset)) return null;
    const begins = new Map(since.map(({ partition, offset }) => [partition, offset]));
    const come = counted.reduce(
      (sum, { partition, low, high }) => sum + Math.max(high - (begins.get(partition) ?? low), 0),
      0,
    );
    return come < records ? null : counted.map(({ partition, high }) => ({ partition, offset: high }));
  };
}

/** A topic that nobody has posted to yet may not be there. */
async function offsetsOf(kafka: KafkaPort, topic: string): Promise<readonly PartitionOffsets[]> {
  try {
    return await kafka.offsets(topic);
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'not_found') return [];
    throw error;
  }
}
