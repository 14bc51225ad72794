import { z } from 'zod';
import { assetEventSchema } from './assets.ts';
import { runTypes } from './definition.ts';
import { taskStates } from './states.ts';

const instant = z.iso.datetime();
const error = z.object({ type: z.string(), message: z.string() }).readonly();
const milliseconds = z.number();

/** One try, as the run kept it. Times are epoch milliseconds. */
const tryRecord = z
  .object({
    tryNumber: z.int().min(1),
    start: milliseconds,
    end: milliseconds.nullable(),
    state: z.enum(taskStates),
    error: error.nullable(),
  })
  .readonly();

/** One task instance at the end of a run. */
export const taskInstanceRecord = z
  .object({
    taskId: z.string(),
    /** -1 for a task that is not mapped. */
    mapIndex: z.int().min(-1),
    /** For people: the task's id, with the label of its map index. */
    label: z.string(),
    state: z.enum(taskStates),
    tries: z.array(tryRecord).readonly(),
    error: error.nullable(),
    /** The result's JSON, where it has one that is short. */
    result: z.string().optional(),
    /** Key of the object that holds the result's JSON, where it is long. */
    resultKey: z.string().optional(),
    /** Whether it was skipped since the run ended before its time, and not by what the DAG decided. */
    abandoned: z.literal(true).optional(),
    /** Whether it ended in an earlier attempt, and its result was kept. */
    kept: z.literal(true).optional(),
    /** Of an index of a long map: key of the record of its part, which has its result. */
    partKey: z.string().optional(),
  })
  .readonly();

/**
 * What is known of a run that has ended: one object of the ledger, written once, never changed. `attempt` counts from 1: a
 * run that is cleared and started again has another record for each time it ended.
 */
export const runRecordSchema = z
  .object({
    version: z.literal(1),
    dagId: z.string(),
    runId: z.string(),
    attempt: z.int().min(1),
    /** The attempt that it went on from; absent for a run's first one. */
    from: z.int().min(1).optional(),
    /** Temporal's id of the execution (its "run id"): tells a write that is done again from another attempt. */
    executionId: z.string(),
    runType: z.enum(runTypes),
    /** Dates are ISO 8601, UTC. */
    logicalDate: instant,
    dataInterval: z.object({ start: instant, end: instant }).readonly(),
    queuedAt: instant,
    /** When its turn came; `null` for a run that ended before. */
    start: instant.nullable(),
    end: instant,
    state: z.enum(['success', 'failed']),
    /** Why the run as a whole failed, for people. */
    message: z.string().optional(),
    /** Key of the partition that the run is about, where it is about one. */
    partitionKey: z.string().optional(),
    /** Of a run that assets have started: the events that did. */
    triggeringAssetEvents: z.array(assetEventSchema).readonly().optional(),
    /** What went wrong in callbacks and their notifications, first one first; only where something did. */
    callbackTroubles: z
      .array(
        z.object({ callback: z.string(), label: z.string().nullable(), tryNumber: z.int().min(0), error }).readonly(),
      )
      .readonly()
      .optional(),
    /** What the run was given, as it came. */
    input: z.unknown(),
    tasks: z.array(taskInstanceRecord).readonly(),
  })
  .readonly();

/** A run that has ended. */
export type RunRecord = z.infer<typeof runRecordSchema>;

/** One task instance of a {@link RunRecord}. */
export type TaskInstanceRecord = z.infer<typeof taskInstanceRecord>;

/** A run's line in the ledger's list: what is told of it without reading its record. Dates are ISO 8601, UTC. */
export type RunSummaryRecord = Pick<
  RunRecord,
  'dagId' | 'runId' | 'attempt' | 'runType' | 'logicalDate' | 'partitionKey' | 'queuedAt' | 'start' | 'end' | 'state'
>;
