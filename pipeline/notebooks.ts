import { z } from 'zod';
import { questions } from './questions/questions.ts';
import { tableNames } from './tables.ts';

/** Folder of the workspace in which the pipeline's notebooks are. */
export const notebookFolder = '/Shared/tradewind';

const count = z.int().min(0);

/** What a cleaning notebook gives to `dbutils.notebook.exit`: as the cleaning step's result, of Spark's own table. */
export const cleanManifest = z.object({
  table: z.enum(tableNames),
  /** Delta version of the table that holds this run's rows. */
  version: count,
  read: count,
  clean: count,
  quarantined: count,
  rows: count,
  inserted: count,
  updated: count,
  missing: z.record(z.string(), count),
});

/** What the notebook of the eight questions gives: where the answers are, and how many rows each has. */
export const answerManifest = z.object({
  /** Object storage key of all answers as one JSON document. */
  key: z.string().min(1),
  rows: z.record(z.enum(questions.map(({ name }) => name)), count),
});
