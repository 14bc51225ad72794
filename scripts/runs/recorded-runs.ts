import { AdapterError } from '../../activities/shared/adapter-error.ts';
import type { RunLedger } from '../../activities/shared/run-ledger.ts';
import { firstOfRound } from '../../dag/round.ts';
import type { RunRecord, RunSummaryRecord } from '../../dag/run-record.ts';
import type { RunStatus } from '../../workflows/engine/queries.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { isWithin, type RunFilter } from './run-filter.ts';
import type { RunSummary } from './run-summary.ts';

/** A run of the ledger as a list tells it. */
export function summaryOfRecord(record: RunSummaryRecord): RunSummary {
  const { dagId, runId, state, runType, logicalDate, partitionKey, queuedAt, end } = record;
  return {
    dagId,
    runId,
    state,
    runType,
    logicalDate: instantText(new Date(logicalDate)),
    ...(partitionKey !== undefined && { partitionKey }),
    start: queuedAt,
    end,
  };
}

/** Where the tasks of a run that has ended were, as the run itself would tell. */
export function statusOfRecord({
  dagId,
  runId,
  runType,
  logicalDate,
  dataInterval,
  partitionKey,
  state,
  tasks,
  callbackTroubles,
}: RunRecord): RunStatus {
  const text = (iso: string): string => instantText(new Date(iso));
  return {
    dagId,
    runId,
    runType,
    logicalDate: text(logicalDate),
    dataInterval: { start: text(dataInterval.start), end: text(dataInterval.end) },
    ...(partitionKey !== undefined && { partitionKey }),
    state,
    tasks: tasks.map(({ taskId, mapIndex, label, state: taskState, tries, error }) => ({
      taskId,
      mapIndex,
      label,
      state: taskState,
      tryNumber: tries.at(-1)?.tryNumber ?? 0,
      start: firstOfRound(tries)?.start ?? null,
      end: tries.at(-1)?.end ?? null,
      error,
    })),
    ...(callbackTroubles && { callbackTroubles }),
  };
}

/** Runs of the ledger that fit a filter, of each DAG the newest logical dates. */
export async function recordedRuns(
  ledger: RunLedger,
  filter: RunFilter,
  dagIds: readonly string[],
): Promise<readonly RunSummary[]> {
  const { startDate: from, endDate: to } = filter;
  // Of dates alone it holds nothing that is queued or runs.
  if (filter.state === 'queued' || filter.state === 'running') return [];
  const found: RunSummary[] = [];
  for (const dagId of filter.dagId === undefined ? dagIds : [filter.dagId]) {
    let count = 0;
    for await (const line of ledger.list(dagId, { ...(from && { from }), ...(to && { to }) })) {
      if (filter.state !== undefined && line.state !== filter.state) continue;
      const run = summaryOfRecord(line);
      if (!isWithin(run.logicalDate, filter)) continue;
      found.push(run);
      if (++count >= filter.limit) break;
    }
  }
  return found;
}

/** The newest record of a run by its id alone: of the first DAG that has one. */
export async function recordOf(
  ledger: RunLedger,
  runId: string,
  dagIds: readonly string[],
): Promise<RunRecord | undefined> {
  for (const dagId of dagIds) {
    const record = await ledger.read({ dagId, runId });
    if (record !== undefined) return record;
  }
  return undefined;
}

/** What the ledger says, or, while it cannot be read, nothing but a word about that: Temporal still knows the newest runs. */
export async function whereReadable<Result>(
  read: () => Promise<Result>,
  otherwise: Result,
  warn: (sentence: string) => void,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    warn(`the ledger cannot be read, so runs that Temporal has forgotten are not told: ${error.message}`);
    return otherwise;
  }
}
