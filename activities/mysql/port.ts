import type { TableName } from '../../pipeline/tables.ts';
import type { TimestampFormat } from '../../pipeline/wire-format.ts';

/** A row of the source as it goes over the wire. */
export interface SourceRecord {
  /** The post's number as text: the record's key. */
  readonly key: Buffer;
  /** The row as one JSON object, UTF-8, keys in the table's order of columns. */
  readonly value: Buffer;
}

/**
 * The source database, read. Every method throws an AdapterError with system `mysql`; a connection that is cut is
 * replaced and the read done again, for half a minute, since reading twice changes nothing.
 */
export interface SourceDatabase {
  /** The highest number of a post, or `undefined` when there is none. */
  lastOffset(signal: AbortSignal): Promise<number | undefined>;
  /**
   * A table's rows for posts, by the posts' numbers: one query for all of them, a range where the numbers are one.
   * Numbers may repeat and come in any order; posts that the table does not have are absent.
   */
  records(
    table: TableName,
    offsets: readonly number[],
    timestamps: TimestampFormat,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, SourceRecord>>;
  close(): Promise<void>;
}
