import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type Client } from '@temporalio/client';
import { partitionMemo } from '../../dag/partition-key.ts';
import { rerunMemo, rerunOf, type RunChange } from '../../dag/kept.ts';
import { readSlot, slotMemo, type SlotOrder } from '../../dag/run-identity.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ExecutionEnd, NextRun, RunExecution, SlotRequest, SlotRuns } from './port.ts';
import { isSameOrder, rerun } from './rerun.ts';
import { isNotFound, told } from './temporal-error.ts';

/** What runs of slots are started with. */
export interface SlotRunsOptions {
  readonly client: Client;
  /** Task queue of the runs. */
  readonly runQueue: string;
}

/** Milliseconds after the first end in which others are waited for, so that runs which end together are told together. */
const together = 200;

/** Starts the runs of slots, and waits for them, through a Temporal client. */
export function createSlotRuns({ client, runQueue }: SlotRunsOptions): SlotRuns {
  async function start({ dagId, backfillId, slot, conf, record }: SlotRequest): Promise<RunExecution | undefined> {
    const { runId, attempt, partitionKey } = slot;
    if (record !== undefined) {
      try {
        await rerun(client, runQueue, { record, ...changeOf(record) });
      } catch (error) {
        if (error instanceof AdapterError && error.code === 'conflict') return undefined;
        throw error;
      }
      return { runId, executionId: (await client.workflow.getHandle(runId).describe()).runId };
    }
    const order: SlotOrder = { runType: 'backfill', backfillId, dataInterval: intervalText(slot) };
    try {
      const { firstExecutionRunId } = await client.workflow.start(dagId, {
        workflowId: runId,
        taskQueue: runQueue,
        args: [conf],
        // A run that left no record is over: only then it is started whole again.
        workflowIdReusePolicy: attempt === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
        memo: { [slotMemo]: order, ...(partitionKey !== undefined && { [partitionMemo]: partitionKey }) },
      });
      return { runId, executionId: firstExecutionRunId };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      // By this very request, of which the answer was lost.
      return startedFor({ dagId, backfillId, slot });
    }
  }

  async function startedFor({
    backfillId,
    slot: { runId },
    record,
  }: Omit<SlotRequest, 'conf'>): Promise<RunExecution | undefined> {
    const { memo, runId: executionId } = await client.workflow.getHandle(runId).describe();
    const isOurs =
      record === undefined
        ? readSlot(memo?.[slotMemo])?.backfillId === backfillId
        : isSameOrder(memo?.[rerunMemo], rerunOf(record, changeOf(record)));
    return isOurs ? { runId, executionId } : undefined;
  }

  async function startNext({ dagId, runId, start: from, end }: NextRun): Promise<RunExecution> {
    const order: SlotOrder = { runType: 'scheduled', dataInterval: intervalText({ start: from, end }) };
    try {
      const { firstExecutionRunId } = await client.workflow.start(dagId, {
        workflowId: runId,
        taskQueue: runQueue,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        memo: { [slotMemo]: order },
      });
      return { runId, executionId: firstExecutionRunId };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return { runId, executionId: (await client.workflow.getHandle(runId).describe()).runId };
    }
  }

  async function endOf(run: RunExecution): Promise<ExecutionEnd> {
    const handle = client.workflow.getHandle(run.runId, run.executionId);
    try {
      await handle.result();
    } catch (error) {
      if (isNotFound(error)) return { ...run, state: 'gone', took: 0 };
      if (!(error instanceof WorkflowFailedError)) throw error;
    }
    const { status, startTime, closeTime = startTime } = await handle.describe();
    const state = status.name === 'COMPLETED' ? 'success' : 'failed';
    return { ...run, state, took: closeTime.getTime() - startTime.getTime() };
  }

  async function firstEnds(runs: readonly RunExecution[], signal: AbortSignal): Promise<readonly ExecutionEnd[]> {
    const stop = new AbortController();
    const { signal: stopped } = stop;
    // A listener a run is no leak.
    setMaxListeners(0, stopped);
    const end = (): void => stop.abort();
    if (signal.aborted) return [];
    signal.addEventListener('abort', end, { once: true });
    const ended: ExecutionEnd[] = [];
    const waits = runs.map((run) =>
      client.withAbortSignal(stopped, async () => {
        const found = await endOf(run);
        if (!stopped.aborted) ended.push(found);
      }),
    );
    // One that a call begun too late keeps is not waited for: the client does not give up calls of a signal that is aborted already.
    const all = Promise.allSettled(waits);
    const late = aborted(stopped);
    try {
      await Promise.race([...waits, late]);
      // By a timer of its own: one of AbortSignal.timeout is gone with its signal, which AbortSignal.any does not keep.
      await Promise.race([all, late, sleep(together)]);
      return [...ended];
    } finally {
      signal.removeEventListener('abort', end);
      stop.abort();
    }
  }

  return {
    start: (request) => told(`starting ${request.slot.runId} for a backfill`, () => start(request)),
    startNext: (run) => told(`starting ${run.runId}`, () => startNext(run)),
    startedFor: (request) =>
      told(`looking at ${request.slot.runId}`, async () => {
        try {
          return await startedFor(request);
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
    cancel: ({ runId, executionId }) =>
      told(`cancelling ${runId}`, async () => {
        try {
          await client.workflow.getHandle(runId, executionId).cancel();
          return true;
        } catch (error) {
          if (isNotFound(error)) return false;
          throw error;
        }
      }),
    firstEnds: (runs, signal) => told('waiting for runs of a backfill', () => firstEnds(runs, signal)),
  };
}

/** What a backfill that runs a run again makes of it. */
function changeOf({ tasks: cleared }: RunRecord): RunChange {
  return { cleared, runType: 'backfill' };
}

function intervalText({ start, end }: Pick<NextRun, 'start' | 'end'>): SlotOrder['dataInterval'] {
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
