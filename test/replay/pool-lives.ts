import type { WorkflowHandle } from '@temporalio/client';
import { poolId } from '../../activities/temporal/port.ts';
import { taskLimitPool } from '../../dag/pool.ts';
import { eventually } from '../support/own-state.ts';
import { endOf, type Harness } from '../workflows/harness.ts';
import type { Keep } from './life.ts';

/** Tasks that hold slots until they are told. */
const held = new Map<string, () => void>();

/** What they do. */
export function hold(name: string): Promise<string> {
  return new Promise((resolve) => held.set(name, () => resolve(name)));
}

async function letGo(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await eventually(`${name} holds a slot`, () => held.has(name));
    held.get(name)?.();
    held.delete(name);
  }
}

const ended = async (...runs: readonly WorkflowHandle[]): Promise<void> => void (await Promise.all(runs.map(endOf)));

/** How many hold slots of a pool and how many wait. */
async function counts({ pools }: Harness, pool: string): Promise<string> {
  const { held: taken = [], waiting = [] } = (await pools.status(pool)) ?? {};
  return `${taken.length} hold, ${waiting.length} wait`;
}

const countsAre = (harness: Harness, pool: string, what: string): Promise<void> =>
  eventually(what, async () => (await counts(harness, pool)) === what);

/** Claims before there is a pool, of different weights and sizes, one that is cancelled, and one whose run is terminated and found out; then it is deleted. */
export async function poolOfManySizes(harness: Harness, keep: Keep): Promise<void> {
  const { start, pools, client, taskQueue } = harness;
  const sized = (slots: number | null) => pools.resize('small', { slots, description: 'of a test' });
  const first = await start('small', { name: 'first' });
  await countsAre(harness, 'small', '0 hold, 1 wait');
  await sized(2);
  await eventually('first holds', () => held.has('first'));
  const second = await start('small', { name: 'second' });
  await eventually('second holds', () => held.has('second'));
  const third = await start('small', { name: 'third' });
  await countsAre(harness, 'small', '2 hold, 1 wait');
  const heavy = await start('heavy', { name: 'heavy' });
  await countsAre(harness, 'small', '2 hold, 2 wait');
  await letGo('first', 'second', 'heavy');
  await eventually('third holds', () => held.has('third'));
  await sized(1);
  const cancelled = await start('small', { name: 'cancelled' });
  await countsAre(harness, 'small', '1 hold, 1 wait');
  await cancelled.cancel();
  await ended(cancelled);
  const last = await start('small', { name: 'last' });
  await countsAre(harness, 'small', '1 hold, 1 wait');
  await third.terminate();
  held.delete('third');
  await letGo('last');
  await ended(first, second, heavy, last);
  await sized(null);
  const handle = client.workflow.getHandle(poolId('small', taskQueue));
  await handle.result();
  await keep('pool', handle);
}

/** A pool that was terminated, and begins again with who held its slots and who waited. */
export async function poolThatIsTerminated(harness: Harness, keep: Keep): Promise<void> {
  const { start, pools, client, taskQueue } = harness;
  await pools.resize('small', { slots: 1, description: 'of a test' });
  const first = await start('small', { name: 'first' });
  await countsAre(harness, 'small', '1 hold, 0 wait');
  const second = await start('small', { name: 'second' });
  await countsAre(harness, 'small', '1 hold, 1 wait');
  const handle = client.workflow.getHandle(poolId('small', taskQueue));
  await handle.terminate();
  const third = await start('small', { name: 'third' });
  await countsAre(harness, 'small', '1 hold, 2 wait');
  await letGo('first', 'second', 'third');
  await ended(first, second, third);
  await countsAre(harness, 'small', '0 hold, 0 wait');
  await keep('pool-revived', handle);
}

/** The pool that `maxActiveTisPerDag` makes, and a claim that asks again with another size, as one of an older build may. */
export async function poolOfTask(harness: Harness, keep: Keep): Promise<void> {
  const { start, pools, client, taskQueue } = harness;
  const pool = taskLimitPool('single', 'work');
  const run = await start('single', { name: 'x' });
  await countsAre(harness, pool, '1 hold, 1 wait');
  const other = await start('single', { name: 'y' });
  await countsAre(harness, pool, '1 hold, 3 wait');
  const claim = (await pools.status(pool))?.waiting.at(-1);
  if (claim === undefined) throw new Error('nobody waits');
  await pools.take({ pool, claim, size: 2 });
  await countsAre(harness, pool, '2 hold, 2 wait');
  let over = false;
  const ends = ended(run, other).then(() => (over = true));
  await eventually('all have had their turn', async () => {
    await letGo(...held.keys());
    return over;
  });
  await ends;
  await keep('pool-of-task', client.workflow.getHandle(poolId(pool, taskQueue)));
}
