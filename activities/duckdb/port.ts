/** A value that is bound to a `$1`, `$2`, … of a statement. */
export type SqlValue = string | number | boolean | null;

/** A row by column name: plain JSON. Integers beyond 2^53 and decimals too long for a number are strings; times are ISO 8601, UTC. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** A database of its own in a process of its own, for as long as one piece of work lasts. */
export interface SqlSession {
  /** The only folder that statements can read and write. Private (0700); gone when the work is done. Absolute. */
  readonly folder: string;
  /**
   * Aborts when the session is over before its time: it was called off, the process was lost, or time is up. Work passes it
   * to whatever else it waits for, and what writes to the folder above all.
   */
  readonly signal: AbortSignal;
  /** Runs a statement and throws its rows away. */
  readonly run: (sql: string, values?: readonly SqlValue[]) => Promise<void>;
  /** Runs a statement and brings all its rows into memory: for counts and answers, not for data. */
  readonly rows: (sql: string, values?: readonly SqlValue[]) => Promise<readonly SqlRow[]>;
}

/** How a piece of work is bounded. */
export interface SqlSessionOptions {
  /** Ends the process at once, and with it the work. */
  readonly signal: AbortSignal;
  /** The process is killed after this many milliseconds; by default an hour. */
  readonly timeLimitMs?: number;
}

/**
 * DuckDB as this project uses it: never in the worker's own process, without network, extensions or files outside one
 * private folder. Throws an AdapterError with system `duckdb`: `too_large` over the memory limit (no retry), `timeout`
 * over the time limit, `unavailable` when the process was killed from outside or the disk is full, `internal` (no retry)
 * when a statement is wrong or the database crashed, since it would do so again. An abort throws the signal's reason.
 */
export interface SqlEngine {
  /** Starts a process, does the work, and leaves nothing behind, however the work ends. */
  use<T>(options: SqlSessionOptions, work: (session: SqlSession) => Promise<T>): Promise<T>;
}
