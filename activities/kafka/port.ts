/** A record to produce. The key decides the partition; `null` leaves it to the client. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A record as read. Offsets are below 2^53, so a number holds them. */
export interface IncomingRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Epoch milliseconds, UTC. */
  readonly timestamp: number;
}

/** Offsets [from, to) of one topic partition. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** How a topic is made. `retentionMs` -1 keeps records for ever. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionMs: number;
}

/** First offset still kept and the high watermark (offset of the next record) of a partition. */
export interface PartitionOffsets {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

/** A topic as the broker describes it. */
export interface TopicDescription {
  readonly topic: string;
  readonly partitions: readonly PartitionOffsets[];
}

/** Produces batches. `send` resolves when all in-sync replicas have the records (acks=all); at least once. */
export interface KafkaProducer {
  send(topic: string, records: readonly OutgoingRecord[], signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Kafka as this project uses it. Every method throws an AdapterError with system `kafka`. */
export interface KafkaPort {
  producer(): Promise<KafkaProducer>;
  /**
   * Reads exactly the records of a range that the broker still has, in order, in batches as fetched, with bounded memory;
   * ends after the last offset below `to` even where the log has gaps (compaction, transaction markers).
   * Throws `corrupt` when the range begins below the partition's first kept offset (retention has eaten it).
   */
  readRange(range: OffsetRange, signal: AbortSignal): AsyncIterable<readonly IncomingRecord[]>;
  /** Creates the topics that are missing; leaves the others as they are. Returns the names created. Idempotent. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>;
  /** Topics with a given prefix, sorted by name. */
  listTopics(prefix: string): Promise<readonly TopicDescription[]>;
  /** Offsets of every partition, in partition order; throws `not_found` for an unknown topic. */
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  close(): Promise<void>;
}
