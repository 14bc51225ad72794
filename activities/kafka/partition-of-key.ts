/**
 * The partition that Java's default partitioner (and kafkajs') gives a key: murmur2, made positive, modulo the partitions.
 * Every producer of this project uses it, so that all records of one `ind` live in one partition and their offsets order them.
 */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** Kafka's murmur2 (org.apache.kafka.common.utils.Utils): 32 bits, signed. */
function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const whole = data.length & ~3;
  let hash = 0x9747b28c ^ data.length;
  for (let i = 0; i < whole; i += 4) {
    let k = byte(data, i) | (byte(data, i + 1) << 8) | (byte(data, i + 2) << 16) | (byte(data, i + 3) << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  const left = data.length - whole;
  if (left > 0) {
    if (left > 2) hash ^= byte(data, whole + 2) << 16;
    if (left > 1) hash ^= byte(data, whole + 1) << 8;
    hash = Math.imul(hash ^ byte(data, whole), m);
  }
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}

function byte(data: Uint8Array, index: number): number {
  return data[index] ?? 0;
}
