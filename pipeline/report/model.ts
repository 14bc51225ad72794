import type { TableName } from '../tables.ts';
import type { Answers } from './answers.ts';

/** What landing did with one table's topic. */
interface LandedFigures {
  readonly objects: number;
  readonly records: number;
  readonly quarantined: number;
  /** As stored. */
  readonly bytes: number;
}

/** What cleaning did with one table. */
interface CleanedFigures {
  readonly version: number;
  readonly read: number;
  readonly clean: number;
  readonly quarantined: number;
  readonly inserted: number;
  readonly updated: number;
  /** Rows in the table afterwards. */
  readonly rows: number;
  /** Documented fields that records did not have, with how many did not. */
  readonly missing: Readonly<Record<string, number>>;
}

/** The run's way of one table; `null` for a step that left no figures. */
export interface TableFigures {
  readonly table: TableName;
  readonly landed: LandedFigures | null;
  readonly cleaned: CleanedFigures | null;
}

/** All that the report's page shows. Times are ISO 8601 with time zone. */
export interface ReportModel {
  readonly dagId: string;
  readonly runId: string;
  readonly logicalDate: string | null;
  readonly dataInterval: { readonly start: string; readonly end: string } | null;
  /** When the page was made. */
  readonly madeAt: string;
  /** Posts of the run's part of the draw; `null` when the emulator left no figures. */
  readonly posts: number | null;
  readonly tables: readonly TableFigures[];
  /** The answers and the key of their document, or why there are none. */
  readonly answers: { readonly rows: Answers; readonly key: string } | { readonly failure: string };
}
