import type { BackfillSlot, SlotEnd } from '../../dag/backfill-run.ts';
import type { BackfillPlans } from '../shared/backfill-plans.ts';
import type { RunLedger } from '../shared/run-ledger.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { DagControl, ExecutionEnd, RunExecution, SlotRuns } from '../temporal/port.ts';
import type { BackfillActivities } from './control-contract.ts';

/** What backfills are carried out with. */
export interface BackfillPorts {
  readonly control: DagControl;
  readonly ledger: RunLedger;
  readonly slots: SlotRuns;
  readonly plans: BackfillPlans;
}

/** Each activity of a backfill as a step. */
export type BackfillSteps = {
  readonly [Name in keyof BackfillActivities]: (
    input: Parameters<BackfillActivities[Name]>[0],
    context: StepContext,
  ) => ReturnType<BackfillActivities[Name]>;
};

/** Runs started at a time. */
const lanes = 8;

/** What a slot has come to when it was to be started. */
type Begun = { readonly run: RunExecution } | { readonly end: SlotEnd };

/** Makes the activities of backfills. */
export function createBackfill({ control, ledger, slots: runs, plans }: BackfillPorts): BackfillSteps {
  async function begin(
    input: Parameters<BackfillActivities['advanceBackfill']>[0],
    slot: BackfillSlot,
  ): Promise<Begun> {
    const { dagId, backfillId, conf } = input;
    const { runId, attempt = 0, executionId } = slot;
    if (executionId !== undefined) return { run: { runId, executionId } };
    const record = attempt === 0 ? undefined : await ledger.read({ dagId, runId });
    // It has been run again since the plan was made: by this backfill, which was not told in time, or by somebody else.
    if (record !== undefined && record.attempt > attempt) {
      return { end: { runId, state: record.state, took: tookOf(record) } };
    }
    const run = await runs.start({ dagId, backfillId, slot, conf, ...(record !== undefined && { record }) });
    return run === undefined ? { end: { runId, state: 'left', took: 0 } } : { run };
  }

  /** The run of a slot that has been begun, be it that nobody was told: one of its id that has not is somebody else's. */
  async function begunFor(
    { dagId, backfillId }: Parameters<BackfillActivities['dropQueuedRuns']>[0],
    slot: BackfillSlot,
  ): Promise<RunExecution | undefined> {
    const { runId, attempt = 0, executionId } = slot;
    if (executionId !== undefined) return { runId, executionId };
    if (backfillId === undefined) return undefined;
    const record = attempt === 0 ? undefined : await ledger.read({ dagId, runId });
    return runs.startedFor({ dagId, backfillId, slot, ...(record !== undefined && { record }) });
  }

  /** How a run ended that Temporal has forgotten meanwhile. */
  async function recall(dagId: string, { runId, executionId, state, took }: ExecutionEnd): Promise<SlotEnd> {
    if (state !== 'gone') return { runId, state, took };
    const record = await ledger.read({ dagId, runId });
    if (record?.executionId !== executionId) return { runId, state: 'failed', took: 0 };
    return { runId, state: record.state, took: tookOf(record) };
  }

  return {
    backfillPage: ({ page, ...backfill }) => plans.page(backfill, page),
    advanceBackfill: async (input, { signal }) => {
      const begun = await inLanes(input.slots, (slot) => begin(input, slot), signal);
      const going = begun.flatMap((one) => ('run' in one ? [one.run] : []));
      const ended = begun.flatMap((one) => ('end' in one ? [one.end] : []));
      // Those that are over already make room: what else there is waits with what comes for it.
      if (ended.length > 0 || going.length === 0) return { started: going, ended };
      const ends = await runs.firstEnds(going, signal);
      return { started: going, ended: await inLanes(ends, (end) => recall(input.dagId, end)) };
    },
    dropQueuedRuns: async (input) => {
      const status = await control.status(input.dagId);
      // Nobody knows who waits: what may be under way is not stopped.
      if (status === undefined) return [];
      const active = new Set(status.active);
      const waiting = input.slots.filter(({ runId }) => !active.has(runId));
      // One that is over by now has an end of its own, be it a good one.
      const dropped = await inLanes(waiting, async (slot) => {
        const run = await begunFor(input, slot);
        return run !== undefined && (await runs.cancel(run)) ? [run.runId] : [];
      });
      return dropped.flat();
    },
  };
}

function tookOf({ queuedAt, end }: { readonly queuedAt: string; readonly end: string }): number {
  return Date.parse(end) - Date.parse(queuedAt);
}

/** A few at a time; what has not begun when the signal aborts is left out. */
async function inLanes<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): Promise<readonly Result[]> {
  const queue = [...items];
  const results: Result[] = [];
  const goesOn = (): boolean => signal?.aborted !== true;
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && goesOn(); item = queue.shift()) {
      results.push(await act(item));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
