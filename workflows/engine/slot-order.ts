import type { PoolTurn } from '../../activities/temporal/port.ts';

/** Slots that a task instance needs before it begins. */
export interface SlotOrder {
  readonly pool: string;
  /** For people. */
  readonly label: string;
  readonly slots: number;
  readonly weight: number;
  /** Of a pool that a task's own option makes: how many slots it has. */
  readonly size: number | undefined;
}

/** Why slots have to be waited for. */
export type SlotWait = Extract<PoolTurn, { readonly go: false }>;

/** Slots of pools, as a run takes and gives them back. */
export interface PoolSlots {
  /** Asks for slots: `onTaken` is called once, when they are there, `onWait` before where they are not at once. Call what it returns to give them back, or up. */
  readonly take: (order: SlotOrder, onTaken: () => void, onWait: (wait: SlotWait) => void) => () => void;
  /** Ends when all that was given back has arrived; `undefined` when there is nothing to wait for. */
  readonly settled: () => Promise<void> | undefined;
}
