import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { runTypes, type RunType } from '../../dag/definition.ts';
import type { RunState } from '../../dag/states.ts';
import { statesQuery, type RunStatus } from '../../workflows/engine/queries.ts';
import { searchAttributeKeys } from '../../workflows/engine/search-attributes.ts';
import { wasNotAnswered } from '../task-results.ts';
import { isWithin, visibilityQuery, type RunFilter } from './run-filter.ts';

/** A run in a list. Times are ISO 8601, UTC. */
export interface RunSummary {
  readonly dagId: string;
  readonly runId: string;
  readonly state: RunState;
  /** `null` while no worker has taken the run up. */
  readonly runType: RunType | null;
  /** `null` while no worker has taken the run up. */
  readonly logicalDate: string | null;
  readonly start: string;
  readonly end: string | null;
}

/** What is known of runs, wherever it is kept. */
export interface RunReader {
  /** Runs that fit a filter, the newest logical date first; those that no worker has taken up yet stand before them. */
  readonly list: (filter: RunFilter) => Promise<readonly RunSummary[]>;
  /** `undefined` when there is no such run. */
  readonly find: (runId: string) => Promise<RunSummary | undefined>;
  /** Where a run's tasks are; `undefined` when no worker answers within {@link answerAtMost}. */
  readonly status: (runId: string) => Promise<RunStatus | undefined>;
}

/** Milliseconds that a question to a run may take: a worker may have to replay the run first. */
export const answerAtMost = 5_000;
/** Milliseconds before that in which a question that fails has most likely not been answered. */
const endOfAnswers = 500;

/**
 * Reads runs from Temporal: its visibility lists them, the run itself answers for its tasks. It forgets a closed run after
 * the namespace's retention. `dagIds` are the DAGs whose runs are told before a worker has taken them up.
 */
export function createRunReader(client: Client, dagIds: readonly string[]): RunReader {
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
      return [...found.values()].toSorted((a, b) => compare(b.logicalDate ?? '~', a.logicalDate ?? '~'));
    },
    find: async (runId) => {
      try {
        const info = await client.workflow.getHandle(runId).describe();
        const isRun = dagIds.includes(info.type) || info.typedSearchAttributes.get(searchAttributeKeys.dag);
        return isRun ? summaryOf(info) : undefined;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
    status: async (runId) => {
      const query = (): Promise<RunStatus> => client.workflow.getHandle(runId).query(statesQuery);
      const deadline = Date.now() + answerAtMost;
      try {
        return await client.withDeadline(deadline, query);
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
  'type' | 'workflowId' | 'status' | 'startTime' | 'closeTime' | 'typedSearchAttributes'
>;

function summaryOf(info: ListedRun): RunSummary {
  const { typedSearchAttributes: attributes, type, workflowId, startTime, closeTime } = info;
  const runType = attributes.get(searchAttributeKeys.runType);
  return {
    dagId: type,
    runId: workflowId,
    state: stateOf(info),
    runType: runTypes.find((one) => one === runType) ?? null,
    logicalDate: attributes.get(searchAttributeKeys.logicalDate) ?? null,
    start: startTime.toISOString(),
    end: closeTime?.toISOString() ?? null,
  };
}

/** A run that was terminated could not say so itself, so what Temporal says of its end comes first. */
function stateOf({ status, typedSearchAttributes }: ListedRun): RunState {
  if (status.name === 'COMPLETED') return 'success';
  if (status.name !== 'RUNNING') return 'failed';
  return typedSearchAttributes.get(searchAttributeKeys.runState) === 'running' ? 'running' : 'queued';
}
