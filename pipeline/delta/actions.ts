/**
 * The actions of a Delta transaction log that this project writes and reads: protocol reader 1 / writer 2 of Delta's
 * PROTOCOL.md. Times are epoch milliseconds, UTC.
 */
export interface AddFile {
  /** Relative to the table's folder, URI-encoded. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string>>;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text of {@link FileStatistics}. */
  readonly stats?: string;
}

/** A file that is no longer part of the table from its version on; its bytes stay for readers of older versions. */
export interface RemoveFile {
  readonly path: string;
  readonly deletionTimestamp: number;
  readonly dataChange: boolean;
}

/** How far an application has got: the highest version of it that the table holds. */
export interface Txn {
  readonly appId: string;
  readonly version: number;
  readonly lastUpdated: number;
}

/** What the table is. */
export interface Metadata {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  /** JSON text; see schema.ts. */
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  readonly createdTime: number;
}

/** What a reader and a writer must understand. */
export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
}

/** Who did what: for people, and for a retry that finds its own commit. Delta gives it no meaning. */
export interface CommitInfo {
  readonly timestamp: number;
  readonly operation: string;
  readonly operationParameters: Readonly<Record<string, string>>;
  /** Figures as text, as Delta's own writers give them. */
  readonly operationMetrics: Readonly<Record<string, string>>;
  readonly engineInfo: string;
  /** Random: tells one writer's attempt from another's. */
  readonly txnId: string;
}

/** One line of a commit. Exactly one property is there. */
export interface Action {
  readonly add?: AddFile;
  readonly remove?: RemoveFile;
  readonly txn?: Txn;
  readonly metaData?: Metadata;
  readonly protocol?: Protocol;
  readonly commitInfo?: CommitInfo;
}

/** Actions as a commit's text: one JSON document a line. */
export function formatActions(actions: readonly Action[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join('');
}

/** Reads a commit's text. Throws SyntaxError where it is not one JSON object a line. Actions of other kinds pass through. */
export function parseActions(text: string): Action[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const action: unknown = JSON.parse(line);
      if (typeof action !== 'object' || action === null || Array.isArray(action)) {
        throw new SyntaxError('a line of a Delta commit is not an object');
      }
      return action;
    });
}
