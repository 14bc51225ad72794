import type { BackfillSlot } from '../../dag/backfill-run.ts';

/** Which backfill. */
export interface BackfillAddress {
  readonly dagId: string;
  readonly backfillId: string;
}

/**
 * The slots that backfills are to run, fixed when they are created: too many for a message to a workflow. Every method throws an
 * AdapterError with system `s3`.
 */
export interface BackfillPlans {
  /** Keeps a plan, page by page, in the order of execution. Idempotent by the backfill. */
  write(backfill: BackfillAddress, slots: readonly BackfillSlot[]): Promise<void>;
  /** A page, from 0; `not_found` where there is none. */
  page(backfill: BackfillAddress, page: number): Promise<readonly BackfillSlot[]>;
}
