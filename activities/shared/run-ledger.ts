import type { PartRecord } from '../../dag/part-record.ts';
import type { RunRecord, RunSummaryRecord } from '../../dag/run-record.ts';

/** Which run. */
export interface RunAddress {
  readonly dagId: string;
  readonly runId: string;
}

/** Which runs of a DAG are listed, by logical date; both bounds inclusive. */
export interface LedgerRange {
  readonly from?: Date;
  readonly to?: Date;
}

/**
 * What is known of runs that have ended, for as long as the bucket keeps it: Temporal forgets them after the namespace's
 * retention. Every method throws an AdapterError with system `s3`.
 */
export interface RunLedger {
  /**
   * Keeps the record of a run that has ended. Idempotent by its execution; where another execution has its attempt already
   * (somebody started the run's id again by hand), it takes the next free one. Says which attempt it was kept as.
   */
  write(record: RunRecord): Promise<number>;
  /** A run's newest record, or that of an attempt; `undefined` when there is none. Long results are left where they are: see {@link result}. */
  read(run: RunAddress, attempt?: number): Promise<RunRecord | undefined>;
  /** JSON of the result of a task instance of a record; `undefined` where it has none. */
  result(task: RunRecord['tasks'][number]): Promise<string | undefined>;
  /** Keeps the record of a part of a long map. Idempotent by its execution. Gives its key. */
  writePart(record: PartRecord): Promise<string>;
  /** The record of a part; `undefined` when there is none. */
  readPart(key: string): Promise<PartRecord | undefined>;
  /** Runs of a DAG, the newest logical date first, each with its newest attempt. */
  list(dagId: string, range?: LedgerRange): AsyncIterable<RunSummaryRecord>;
}
