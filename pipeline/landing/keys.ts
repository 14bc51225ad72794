import { keyPart } from '../run-keys.ts';

/** A topic partition's place in the bucket. */
export interface ChainPlace {
  readonly topic: string;
  readonly partition: number;
}

/** How an object's lines are stored; the key's ending says so, since readers go by it. */
export type LandedEncoding = 'identity' | 'gzip';

/** What a landed object's key says. */
export interface LandedKey extends ChainPlace {
  /** Offset of the first record that the object accounts for. */
  readonly start: number;
  readonly encoding: LandedEncoding;
}

/**
 * Offsets from here on have more digits than keys are padded to (the Confluent sink pads to 10), so listings no longer
 * give them in the order of their numbers.
 */
export const paddedOffsets = 10 ** 10;

const ending: Readonly<Record<LandedEncoding, string>> = { identity: '.json', gzip: '.json.gz' };

/**
 * Whether a name may be a topic: Kafka's own rule (1 to 249 of `a-z A-Z 0-9 . _ -`, not `.` or `..`). Such a name is
 * also a harmless part of a key.
 */
export function isTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..';
}

/** `<topic>+<n>+<start>`, the Confluent S3 sink's file name without its ending. Throws RangeError on what Kafka cannot have. */
function stem({ topic, partition }: ChainPlace, start: number): string {
  if (!isTopicName(topic)) throw new RangeError('not a topic name: use 1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-"');
  if (!isCount(partition) || partition > 2 ** 31 - 1) throw new RangeError(`not a partition: ${partition}`);
  if (!isCount(start)) throw new RangeError(`not an offset: ${start}`);
  return `${topic}+${partition}+${String(start).padStart(10, '0')}`;
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

/** Prefix of all objects of a topic: `topics/<topic>/`. */
export function topicPrefix(topic: string): string {
  if (!isTopicName(topic)) throw new RangeError('not a topic name');
  return `topics/${topic}/`;
}

/** Prefix of the objects of a partition's chain: `topics/<topic>/partition=<n>/`. */
export function chainPrefix(place: ChainPlace): string {
  return `${topicPrefix(place.topic)}partition=${place.partition}/`;
}

/**
 * Key of a landed object, as the Confluent S3 sink with its default partitioner writes it:
 * `topics/<topic>/partition=<n>/<topic>+<n>+<start offset, 10 digits>.json`, `.json.gz` when compressed.
 */
export function landedKey({ topic, partition, start, encoding }: LandedKey): string {
  return `${chainPrefix({ topic, partition })}${stem({ topic, partition }, start)}${ending[encoding]}`;
}

/** Reads a landed object's key; `undefined` for any text that {@link landedKey} does not give. */
export function parseLandedKey(key: string): LandedKey | undefined {
  const match = /^topics\/([^/]+)\/partition=(\d+)\/[^/]+\+(\d{10,16})\.json(\.gz)?$/.exec(key);
  if (match === null) return undefined;
  const [, topic = '', partition, start, gz] = match;
  const place: LandedKey = {
    topic,
    partition: Number(partition),
    start: Number(start),
    encoding: gz === undefined ? 'identity' : 'gzip',
  };
  try {
    return landedKey(place) === key ? place : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Key of the bad records of one landed object. It ends with the hash of the content, so that the one that an object's
 * metadata names is never another writer's: of a start offset there may be several, left by losers of the create race.
 */
export function quarantineKey(place: ChainPlace, start: number, sha256: string): string {
  return `quarantine/${place.topic}/partition=${place.partition}/${stem(place, start)}+${sha256.slice(0, 16)}.ndjson`;
}

/**
 * Key of records that a later stage found bad: a file a stage, run and content. Letters of a run id that have a meaning
 * in keys are percent-encoded.
 */
export function stageQuarantineKey(
  place: ChainPlace,
  stage: { readonly stage: string; readonly runId: string },
  first: number,
  sha256: string,
): string {
  const file = `${stem(place, first)}+${sha256.slice(0, 16)}.ndjson`;
  return `quarantine/${place.topic}/partition=${place.partition}/${keyPart(stage.stage)}/${keyPart(stage.runId)}/${file}`;
}

/** Key of the offsets without a line of one landed object, where they are too many for its metadata. */
export function gapsKey(place: ChainPlace, start: number, sha256: string): string {
  return `gaps/${place.topic}/partition=${place.partition}/${stem(place, start)}+${sha256.slice(0, 16)}.json`;
}

/** Key of what holds for all chains of a topic: see docs/landing.md. */
export function chainFormatKey(topic: string): string {
  if (!isTopicName(topic)) throw new RangeError('not a topic name');
  return `chains/${topic}.json`;
}

/** Prefix of {@link partitionCountKey}'s keys of a topic. */
export function partitionCountPrefix(topic: string): string {
  if (!isTopicName(topic)) throw new RangeError('not a topic name');
  return `chains/${topic}/partitions=`;
}

/** Key that says that a topic was landed while it had so many partitions: `chains/<topic>/partitions=<n>.json`. */
export function partitionCountKey(topic: string, count: number): string {
  if (!isCount(count) || count === 0) throw new RangeError(`not a number of partitions: ${count}`);
  return `${partitionCountPrefix(topic)}${count}.json`;
}

/** Reads the number of partitions of such a key; `undefined` for any other text. */
export function parsePartitionCount(key: string): number | undefined {
  const match = /^chains\/[^/]+\/partitions=([1-9]\d{0,9})\.json$/.exec(key);
  return match === null ? undefined : Number(match[1]);
}
