import type { ReprocessBehavior } from './backfill.ts';

/** A slot that a backfill has run: planned when it was created, whatever the DAG's code says later. Instants in epoch milliseconds. */
export interface BackfillSlot {
  readonly runId: string;
  readonly start: number;
  readonly end: number;
  /** Of a slot that is about a partition: its key. A run that is done again keeps its own. */
  readonly partitionKey?: string;
  /** Of a run that is done again: the attempt that it goes on from; 0 for one that left no record. Absent for a new run. */
  readonly attempt?: number;
  /** Temporal's id of the execution that runs it, once that is known. */
  readonly executionId?: string;
}

/** How a slot of a backfill ended; `left`: its run was there already, or under way, when its turn came. */
export type SlotState = 'success' | 'failed' | 'left';

/** The end of a slot. */
export interface SlotEnd {
  readonly runId: string;
  readonly state: SlotState;
  /** Milliseconds from its start to its end. */
  readonly took: number;
}

/** What a backfill was created with. Dates are ISO 8601, UTC. */
export interface BackfillOrder {
  readonly backfillId: string;
  readonly dagId: string;
  readonly createdAt: string;
  readonly fromDate: string;
  readonly toDate: string;
  readonly reprocessBehavior: ReprocessBehavior;
  readonly runBackwards: boolean;
  readonly maxActiveRuns: number;
  /** Params of its new runs; a run that is done again keeps its own. */
  readonly conf: Readonly<Record<string, unknown>>;
  /** Slots that are to be run, a page of {@link slotsPerPage} after another in the bucket. */
  readonly slots: number;
  /** How many of them are run again, and so keep their params; absent in an order of a build that did not count them. */
  readonly again?: number;
  /** Slots of the range that were left out when it was planned. */
  readonly left: number;
}

/** Slots in a page of a backfill's plan: some 50 KB of JSON. */
export const slotsPerPage = 500;

/** How many slots ended how, and how long those that ran took together (milliseconds). */
export interface BackfillTally {
  readonly success: number;
  readonly failed: number;
  readonly left: number;
  readonly took: number;
}

/** What a backfill knows, and hands on to itself when its history has grown long. */
export interface BackfillStart {
  readonly order: BackfillOrder;
  readonly paused?: boolean;
  readonly cancelled?: boolean;
  /** Slots that have been taken from the plan. */
  readonly taken?: number;
  readonly active?: readonly BackfillSlot[];
  readonly tally?: BackfillTally;
}

/** Where a backfill is. */
export interface BackfillProgress extends BackfillOrder, Omit<BackfillTally, 'took'> {
  readonly state: 'running' | 'paused' | 'completed' | 'cancelled';
  /** Ids of the runs that it has started and that have not ended, queued ones included. */
  readonly active: readonly string[];
  /** Slots that have not begun. */
  readonly toGo: number;
  /** Milliseconds that a slot took on average; `null` before the first has ended. */
  readonly averageDuration: number | null;
  /** Milliseconds until it is through if it goes on like that; `null` when that cannot be told. */
  readonly estimate: number | null;
}

/** Which slots of a backfill run, and which are next. Pure: it has no clock and starts nothing. */
export interface BackfillRun {
  /** Number of the page of the plan that is needed to go on; `undefined` while none is. */
  readonly wantsPage: () => number | undefined;
  readonly givePage: (slots: readonly BackfillSlot[]) => void;
  /** Begins as many as there is room for and the page has. */
  readonly fill: () => void;
  /** Whether there is room for a slot, and one to begin. */
  readonly hasRoom: () => boolean;
  readonly active: () => readonly BackfillSlot[];
  readonly started: (run: { readonly runId: string; readonly executionId: string }) => void;
  readonly ended: (end: SlotEnd) => void;
  readonly setPaused: (paused: boolean) => void;
  /** No slot begins any more. */
  readonly cancel: () => void;
  /** Whether nothing is left to be begun or to wait for. */
  readonly isOver: () => boolean;
  readonly progress: () => BackfillProgress;
  readonly state: () => Required<BackfillStart>;
}

/** At most `maxActiveRuns` slots at a time, in the order of the plan; a paused backfill begins none, and what has begun goes on. */
export function openBackfill(start: BackfillStart): BackfillRun {
  const { order } = start;
  let { paused = false, cancelled = false, taken = 0 } = start;
  let tally = start.tally ?? { success: 0, failed: 0, left: order.left, took: 0 };
  const active = new Map((start.active ?? []).map((slot) => [slot.runId, slot]));
  /** The rest of the page that is being worked on. */
  let page: BackfillSlot[] = [];

  const canBegin = (): boolean => !paused && !cancelled && taken < order.slots && active.size < order.maxActiveRuns;

  return {
    wantsPage: () => (canBegin() && page.length === 0 ? Math.floor(taken / slotsPerPage) : undefined),
    givePage: (slots) => void (page = slots.slice(taken % slotsPerPage)),
    hasRoom: canBegin,
    fill: () => {
      while (canBegin()) {
        const slot = page.shift();
        if (slot === undefined) break;
        taken++;
        active.set(slot.runId, slot);
      }
    },
    active: () => [...active.values()],
    started: ({ runId, executionId }) => {
      const slot = active.get(runId);
      if (slot !== undefined) active.set(runId, { ...slot, executionId });
    },
    ended: ({ runId, state, took }) => {
      if (!active.delete(runId)) return;
      tally = { ...tally, [state]: tally[state] + 1, took: tally.took + (state === 'left' ? 0 : took) };
    },
    setPaused: (now) => void (paused = now),
    cancel: () => void (cancelled = true),
    isOver: () => cancelled || (taken >= order.slots && active.size === 0),
    progress: () => {
      const { took, ...counts } = tally;
      const ran = counts.success + counts.failed;
      const averageDuration = ran === 0 ? null : Math.round(took / ran);
      const toGo = order.slots - taken;
      const isThrough = toGo === 0 && active.size === 0;
      const state = isThrough ? 'completed' : cancelled ? 'cancelled' : paused ? 'paused' : 'running';
      // Those that run now are, on average, half through.
      const rounds = (toGo + active.size / 2) / Math.min(order.maxActiveRuns, Math.max(toGo + active.size, 1));
      const estimate = averageDuration === null || state !== 'running' ? null : Math.round(rounds * averageDuration);
      return { ...order, ...counts, state, active: [...active.keys()], toGo, averageDuration, estimate };
    },
    state: () => ({ order, paused, cancelled, taken, active: [...active.values()], tally }),
  };
}

/** Name of the memo of a backfill: its {@link BackfillOrder}. */
export const backfillMemo = 'tradewindBackfill';

/** Reads {@link backfillMemo} of an execution's memo; `undefined` where it has none. */
export function readBackfill(memo: Readonly<Record<string, unknown>> | undefined): BackfillOrder | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody but `tw backfill` and the backfill itself writes it
  return memo?.[backfillMemo] as BackfillOrder | undefined;
}
