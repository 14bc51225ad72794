import Table from 'cli-table3';
import type { PoolStatus } from '../../activities/temporal/port.ts';
import type { SlotClaim } from '../../dag/pool.ts';

/** A pool as people and programs are told of it. */
export interface PoolSummary {
  readonly pool: string;
  /** `null`: there is none, but tasks wait for it. */
  readonly slots: number | null;
  readonly description: string;
  readonly usedSlots: number;
  /** Slots that tasks wait for. */
  readonly queuedSlots: number;
  readonly openSlots: number;
}

/** Sums up a pool. */
export function poolSummary({ name, slots, description, held, waiting }: PoolStatus): PoolSummary {
  const usedSlots = slotsOf(held);
  return {
    pool: name,
    slots,
    description,
    usedSlots,
    queuedSlots: slotsOf(waiting),
    // A pool that was made smaller may be fuller than it is large.
    openSlots: Math.max((slots ?? 0) - usedSlots, 0),
  };
}

/** Pools as a table. */
export function poolsTable(pools: readonly PoolSummary[]): string {
  const table = new Table({
    head: ['pool', 'slots', 'used', 'queued', 'open', 'description'],
    style: { head: [], border: [] },
  });
  for (const { pool, slots, usedSlots, queuedSlots, openSlots, description } of pools) {
    table.push([pool, slots ?? 'not set', usedSlots, queuedSlots, openSlots, description]);
  }
  return table.toString();
}

/** Who holds slots of a pool, and who waits for some, as a table. */
export function claimsTable({ held, waiting }: PoolStatus): string {
  const table = new Table({ head: ['task', 'run', 'slots', 'weight', 'state'], style: { head: [], border: [] } });
  const row =
    (state: string) =>
    ({ label, runId, slots, weight }: SlotClaim) => [label, runId, slots, weight, state];
  table.push(...held.map(row('holds')), ...waiting.map(row('waits')));
  return table.toString();
}

function slotsOf(claims: readonly SlotClaim[]): number {
  return claims.reduce((sum, { slots }) => sum + slots, 0);
}
