import { parsePartitionCount, partitionCountKey, partitionCountPrefix } from '../../pipeline/landing/keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';

/**
 * Holds a topic to numbers of partitions under which its records keep their order. Kafka puts a key by its hash modulo that number, so
 * a key stays or goes to a higher partition when the number is multiplied, and its newer records have the higher
 * position. Any other change may take a key to a lower partition, where its newer records look older than those
 * that it had: they would lose in the tables, and nobody would see it.
 *
 * Keeps each number, create-once, and throws `invalid` when the present one is not a multiple of all before.
 */
export async function holdPartitionCount(
  store: ObjectStore,
  topic: string,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  const known: number[] = [];
  for await (const { key } of store.list(partitionCountPrefix(topic), { signal })) {
    const one = parsePartitionCount(key);
    if (one !== undefined) known.push(one);
  }
  const other = known.find((one) => count % one !== 0);
  if (other !== undefined) {
    throw new AdapterError(
      `${topic} has ${count} partitions, and was landed when it had ${other}: newer records of a post may now be in a lower ` +
        'partition than its older ones, and would lose against them in the tables. Nothing was landed. Post to topics of another name ' +
        `and land them in a new bucket (TW_USER, TW_S3_BUCKET); a topic that has records takes multiples of ${other} only`,
      { system: 'kafka', code: 'invalid' },
    );
  }
  if (known.includes(count)) return;
  const body = Buffer.from(`${JSON.stringify({ version: 1, partitions: count })}\n`);
  await store.create(partitionCountKey(topic, count), body, { contentType: 'application/json', signal });
}
