import { CancellationScope, log, workflowInfo } from '@temporalio/workflow';
import type { RunContext } from '../../dag/definition.ts';
import type { Rerun } from '../../dag/kept.ts';
import type { RunRecord, TaskInstanceRecord } from '../../dag/run-record.ts';
import type { CallbackTrouble } from './callbacks.ts';
import { controlActivities } from './control.ts';
import type { TaskStatus } from './queries.ts';
import type { RunBook } from './run-book.ts';
import type { TaskRecord } from './task-record.ts';

/** A run at its end. */
export interface EndedRun {
  readonly book: RunBook;
  readonly context: RunContext;
  /** Of a run that was started again. */
  readonly rerun: Rerun | undefined;
  /** As it was given. */
  readonly input: unknown;
  readonly queuedAt: Date;
  /** When its turn came; `null` when it ended before. */
  readonly start: Date | null;
  readonly state: RunRecord['state'];
  readonly message: string | undefined;
  readonly troubles: readonly CallbackTrouble[];
}

/** All that is to be known of a run later. */
export function runRecord({
  book,
  context,
  rerun,
  input,
  queuedAt,
  start,
  state,
  message,
  troubles,
}: EndedRun): RunRecord {
  const { dagId, runId, runType, logicalDate, dataInterval } = context;
  return {
    version: 1,
    dagId,
    runId,
    attempt: rerun?.attempt ?? 1,
    ...(rerun !== undefined && { from: rerun.from }),
    executionId: workflowInfo().runId,
    runType,
    logicalDate: logicalDate.toISOString(),
    dataInterval: { start: dataInterval.start.toISOString(), end: dataInterval.end.toISOString() },
    queuedAt: queuedAt.toISOString(),
    start: start?.toISOString() ?? null,
    end: new Date().toISOString(),
    state,
    ...(message !== undefined && { message }),
    ...(context.partitionKey !== undefined && { partitionKey: context.partitionKey }),
    ...(context.triggeringAssetEvents && { triggeringAssetEvents: context.triggeringAssetEvents }),
    ...(troubles.length > 0 && { callbackTroubles: troubles }),
    input: input ?? null,
    tasks: book.statuses().map((status) => instanceRecord(status, book.record(status))),
  };
}

/** What is to be known of a task instance later. */
export function instanceRecord(
  { taskId, mapIndex, label, state, error }: TaskStatus,
  { tries, value, kept, partKey, abandoned }: TaskRecord,
): TaskInstanceRecord {
  const told = { taskId, mapIndex, label, state, tries: [...tries], error, ...(abandoned && { abandoned }) };
  // Its result stays where it is: whoever writes the record finds it in the one before.
  if (kept !== undefined) return { ...told, kept: true };
  if (partKey !== undefined) return { ...told, partKey };
  const result = state === 'success' && value !== undefined ? { result: JSON.stringify(value) } : {};
  return { ...told, ...result };
}

/**
 * Keeps a run's record and tells its controller, also when the run is being cancelled. What stands in the way for good, a
 * bucket that takes nothing for example, is logged and ends nothing: the run's own end is worth more.
 */
export async function closeRun(record: RunRecord): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() => controlActivities().closeRun(record));
  } catch (error) {
    log.error("the run's record could not be kept", { why: String(error) });
  }
}
