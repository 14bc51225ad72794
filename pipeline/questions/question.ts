import type { DeltaColumn } from '../delta/schema.ts';

/**
 * One part of the course's questions (tasks 4 to 11), as SQL over the cleaned tables `pin`, `geo` and `"user"`: one row an
 * `ind` in each, joined by it. How each is read where the course leaves it open is in docs/decisions/questions.md.
 */
export interface Question {
  /** Name of the answer: in the JSON, and of its Delta table. */
  readonly name: string;
  /** The question in words, for people. */
  readonly title: string;
  /** Columns of the answer, under the course's names. */
  readonly columns: readonly DeltaColumn[];
  /** DuckDB's SQL, run with the time zone UTC. Its order is total: equal tables give equal answers, row for row. */
  readonly sql: string;
}
