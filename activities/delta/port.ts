import type { AddFile, CommitInfo, Txn } from '../../pipeline/delta/actions.ts';
import type { DeltaColumn } from '../../pipeline/delta/schema.ts';
import type { Snapshot } from '../../pipeline/delta/snapshot.ts';

/** What a commit changes. An empty change is a commit, too: it records progress. */
export interface DeltaChange {
  readonly operation: 'MERGE' | 'WRITE';
  readonly add: readonly AddFile[];
  /** Paths of files that leave the table. */
  readonly remove: readonly string[];
  /** How far which applications have got with this commit. */
  readonly progress: readonly Pick<Txn, 'appId' | 'version'>[];
  /** The run (and what of it) that commits: its `txn` gets the commit's own version, so that a retry finds the commit. */
  readonly run: string;
  /** Figures for people and for {@link DeltaTable.commitInfo}. */
  readonly metrics: Readonly<Record<string, string | number>>;
}

/** A parquet file on disk that is to become part of a table. */
export interface NewDataFile {
  readonly path: string;
  /** JSON text of its statistics; see pipeline/delta/statistics.ts. */
  readonly stats: string;
}

/**
 * A Delta table in object storage with this project as its only kind of writer; any number of writers may race. Throws
 * an AdapterError with system `delta` (or the object store's own): `corrupt` where the log contradicts itself, `invalid`
 * where another writer raised the table's protocol above reader 1 / writer 2, or where the table has other columns than
 * this program would write.
 */
export interface DeltaTable {
  readonly name: string;
  readonly columns: readonly DeltaColumn[];
  /** The table at its newest version or at a given one; `undefined` when there is no such version. */
  snapshot(options: { readonly version?: number; readonly signal: AbortSignal }): Promise<Snapshot | undefined>;
  /** What a commit says of itself; `undefined` when there is no such version or it says nothing. */
  commitInfo(version: number, signal: AbortSignal): Promise<CommitInfo | undefined>;
  /** Puts a file beside the table under a name of its own. It belongs to the table only when a commit adds it. */
  upload(file: NewDataFile, signal: AbortSignal): Promise<AddFile>;
  /** Brings a file of the table to a new local file. */
  download(file: AddFile, path: string, signal: AbortSignal): Promise<void>;
  /**
   * Publishes a change as the version after `base` (as version 0, with the schema, when there is no base): atomic, readers
   * see all of it or nothing. `conflict` when somebody else has published that version: take a new snapshot, see whether
   * it holds this run's own commit (of an attempt whose report was lost), else work the change out again.
   */
  commit(base: Snapshot | undefined, change: DeltaChange, signal: AbortSignal): Promise<'committed' | 'conflict'>;
}

/** The Delta tables of one folder of the bucket. */
export interface DeltaTables {
  table(name: string, columns: readonly DeltaColumn[]): DeltaTable;
}
