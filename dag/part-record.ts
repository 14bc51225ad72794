import { z } from 'zod';
import { taskInstanceRecord } from './run-record.ts';

/**
 * What is known of a part of a long map that has ended: one object of the ledger, written once, never changed. The run's record
 * names it for each of the part's indexes.
 */
export const partRecordSchema = z
  .object({
    version: z.literal(1),
    dagId: z.string(),
    runId: z.string(),
    /** Temporal's id of the part's execution (its "run id"). */
    executionId: z.string(),
    tasks: z.array(taskInstanceRecord).readonly(),
  })
  .readonly();

/** A part that has ended. */
export type PartRecord = z.infer<typeof partRecordSchema>;
