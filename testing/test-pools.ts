import { openPool, type Pool, type SlotClaim } from '../dag/pool.ts';
import type { PoolSlots } from '../workflows/engine/slot-order.ts';

/** Slots of pools by name. */
export type TestPools = Readonly<Record<string, number>>;

/** The pools of a test's run, which has them for itself. One of which the test says nothing has room for all. */
export function testPools(sizes: TestPools): PoolSlots {
  const pools = new Map<string, Pool>();
  const waiting = new Map<string, () => void>();
  let number = 0;

  function poolOf(name: string, size: number | undefined): Pool {
    const slots = size ?? sizes[name] ?? Number.POSITIVE_INFINITY;
    const pool = pools.get(name) ?? openPool({ name, slots });
    pools.set(name, pool);
    return pool;
  }

  function begin(claims: readonly SlotClaim[]): void {
    for (const { id } of claims) {
      const taken = waiting.get(id);
      waiting.delete(id);
      taken?.();
    }
  }

  return {
    take: ({ pool: name, label, slots, weight, size }, onTaken, onWait) => {
      const id = String(++number);
      const pool = poolOf(name, size);
      waiting.set(id, onTaken);
      begin(pool.request({ id, runId: '', executionId: '', label, slots, weight }));
      const reason = pool.reason(id);
      if (reason !== undefined) onWait({ go: false, ...reason });
      return () => {
        waiting.delete(id);
        begin(pool.release(id));
      };
    },
    settled: () => undefined,
  };
}
