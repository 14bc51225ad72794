import {
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { isOpen } from '../../activities/temporal/execution-status.ts';
import type { RunLedger } from '../../activities/shared/run-ledger.ts';
import { runTypes } from '../../dag/definition.ts';
import { rerunMemo, type Rerun } from '../../dag/kept.ts';
import { partitionMemo, readPartitionKey } from '../../dag/partition-key.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import type { RunState } from '../../dag/states.ts';
import { statesQuery, type RunStatus } from '../../workflows/engine/queries.ts';
import { searchAttributeKeys } from '../../workflows/engine/search-attributes.ts';
import { wasNotAnswered } from '../task-results.ts';
import { recordedRuns, recordOf, statusOfRecord, summaryOfRecord, whereReadable } from './recorded-runs.ts';
import type { RunSummary } from './run-summary.ts';
import { isWithin, visibilityQuery, type RunFilter } from './run-filter.ts';

/** What is known of runs, wherever it is kept. */
export interface RunReader {
  /** Runs that fit a filter, the newest logical date first; those that no worker has taken up yet stand before them. */
  readonly list: (filter: RunFilter) => Promise<readonly RunSummary[]>;
  /** `undefined` when there is no such run. */
  readonly find: (runId: string) => Promise<RunSummary | undefined>;
  /** Which attempt of a run is its newest, from 1; `undefined` when there is no such run. */
  readonly newestAttempt: (runId: string) => Promise<number | undefined>;
  /** Where a run's tasks are, or were; `undefined` when it has no record and no worker answers within {@link answerAtMost}. */
  readonly status: (runId: string) => Promise<RunStatus | undefined>;
}

/** Milliseconds that a question to a run may take: a worker may have to replay the run first. */
export const answerAtMost = 5_000;
/** Milliseconds before that in which a question that fails has most likely not been answered. */
const endOfAnswers = 500;

/** Where a reader looks. */
export interface RunReaderOptions {
  readonly client: Client;
  readonly ledger: RunLedger;
  /** DAGs whose runs are told before a worker has taken them up, and after Temporal has forgotten them. */
  readonly dagIds: readonly string[];
  /** Told in a sentence what is not known while the ledger cannot be read. */
  readonly warn: (sentence: string) => void;
}

/**
 * Reads runs from Temporal, whose visibility lists them and where a run itself answers for its tasks, and from the ledger, which
 * keeps those that have ended beyond Temporal's retention.
 */
export function createRunReader({ client, ledger, dagIds, warn }: RunReaderOptions): RunReader {
  /** What Temporal knows of a run; `undefined` when it does not, or no more. */
  async function describe(runId: string): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await client.workflow.getHandle(runId).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  const recorded = (runId: string): Promise<RunRecord | undefined> =>
    whereReadable(() => recordOf(ledger, runId, dagIds), undefined, warn);

  return {
    list: async (filter) => {
      const found = new Map<string, RunSummary>();
      const infos = client.workflow.list({ query: visibilityQuery(filter, dagIds) });
      for await (const info of infos) {
        const run = summaryOf(info);
        // Of an id that was started again the newest comes first.
        if (isWithin(run.logicalDate, filter) && !found.has(run.runId)) found.set(run.runId, run);
        if (found.size >= filter.limit) break;
      }
      for (const run of await whereReadable(() => recordedRuns(ledger, filter, dagIds), [], warn)) {
        if (!found.has(run.runId)) found.set(run.runId, run);
      }
      return [...found.values()]
        .toSorted((a, b) => compare(b.logicalDate ?? '~', a.logicalDate ?? '~'))
        .slice(0, filter.limit);
    },
    find: async (runId) => {
      const info = await describe(runId);
      if (info === undefined) {
        const record = await recorded(runId);
        return record && summaryOfRecord(record);
      }
      const isRun = dagIds.includes(info.type) || info.typedSearchAttributes.get(searchAttributeKeys.dag);
      return isRun ? summaryOf(info) : undefined;
    },
    newestAttempt: async (runId) => {
      const info = await describe(runId);
      const { attempt } = (info?.memo?.[rerunMemo] ?? {}) as Partial<Rerun>;
      if (info !== undefined && isOpen(info.status) && attempt !== undefined) return attempt;
      const record = await recorded(runId);
      if (info === undefined || info.runId === record?.executionId) return record?.attempt;
      // Of one that was terminated nothing is kept; one that was started by hand takes the next number when it ends.
      return attempt ?? (isOpen(info.status) ? (record?.attempt ?? 0) + 1 : (record?.attempt ?? 1));
    },
    status: async (runId) => {
      const info = await describe(runId);
      if (info === undefined || !isOpen(info.status)) {
        const record = await recorded(runId);
        // No worker has to replay a run whose record is there; one that was terminated has left none of its own.
        if (record !== undefined && (info === undefined || info.runId === record.executionId))
          return statusOfRecord(record);
        if (info === undefined) return undefined;
      }
      const handle = client.workflow.getHandle(runId);
      let deadline = 0;
      const page = (from: number): Promise<RunStatus> => {
        deadline = Date.now() + answerAtMost;
        return client.withDeadline(deadline, () => handle.query(statesQuery, { from }));
      };
      try {
        let status = await page(0);
        while (status.next !== undefined) {
          const more = await page(status.next);
          status = { ...more, tasks: [...status.tasks, ...more.tasks] };
        }
        return status;
      } catch (error) {
        // Who ends a question at its deadline, client or server, and with which code, is a matter of milliseconds.
        if (wasNotAnswered(error) || Date.now() > deadline - endOfAnswers) return undefined;
        throw error;
      }
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** What a listing and a description have in common. */
type ListedRun = Pick<
  WorkflowExecutionInfo,
  'type' | 'workflowId' | 'status' | 'startTime' | 'closeTime' | 'typedSearchAttributes' | 'memo'
>;

function summaryOf(info: ListedRun): RunSummary {
  const { typedSearchAttributes: attributes, type, workflowId, startTime, closeTime } = info;
  const runType = attributes.get(searchAttributeKeys.runType);
  const partitionKey = readPartitionKey(info.memo?.[partitionMemo]);
  return {
    dagId: type,
    runId: workflowId,
    state: stateOf(info),
    runType: runTypes.find((one) => one === runType) ?? null,
    logicalDate: attributes.get(searchAttributeKeys.logicalDate) ?? null,
    ...(partitionKey !== undefined && { partitionKey }),
    start: startTime.toISOString(),
    end: closeTime?.toISOString() ?? null,
  };
}

/** A run that was terminated could not say so itself, so what Temporal says of its end comes first. */
function stateOf({ status, typedSearchAttributes }: ListedRun): RunState {
  if (status.name === 'COMPLETED') return 'success';
  if (!isOpen(status)) return 'failed';
  return typedSearchAttributes.get(searchAttributeKeys.runState) === 'running' ? 'running' : 'queued';
}
