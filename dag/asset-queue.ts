import type { AssetCondition, AssetEvent } from './assets.ts';
import { handedOnBytes } from './handed-on.ts';
import type { AssetPartitions } from './partitioned-assets.ts';
import { place, type PartitionRules, type PendingPartition } from './pending-partitions.ts';

/** A DAG that is started by assets. */
export interface AssetSubscription {
  readonly dagId: string;
  readonly condition: AssetCondition;
  /** Of a DAG that is started for each partition of them. */
  readonly partitions?: AssetPartitions;
}

/** A DAG that waits for assets, and what has come for it since its last run for them, the oldest first. */
export interface AssetQueue extends AssetSubscription {
  /** Empty for a DAG that is started for partitions. */
  readonly events: readonly AssetEvent[];
  /** Partitions that something has come for; the one that something came for last stands last. */
  readonly pending?: readonly PendingPartition[];
  /** Why the last events that did not count did not, in sentences, the newest last. */
  readonly problems?: readonly string[];
}

/** Events of one asset that are kept for a DAG: the newest ones. */
const mostKept = 50;

/** Sentences that are kept for a DAG. */
const mostProblems = 5;

/** What decides which partitions of a DAG are due; `undefined`: it is not started for partitions. */
export function partitionsOf({ condition, partitions }: AssetQueue): PartitionRules | undefined {
  return partitions && { condition, partitions };
}

/** Puts an event in a queue, and says which partition it is for. As in Airflow, what is of a partition counts only for DAGs that are started for partitions. */
export function queued(
  queue: AssetQueue,
  event: AssetEvent,
): { readonly queue: AssetQueue; readonly partitionKey?: string | undefined } {
  const { asset, runId, partitionKey: key } = event;
  const rules = partitionsOf(queue);
  if (rules === undefined) {
    if (key === undefined) return { queue: { ...queue, events: withNewest(queue.events, event) } };
    const words = `${asset}, made by ${runId}, is of partition ${key}, and this DAG is not started for partitions`;
    return { queue: withProblem(queue, words) };
  }
  const { pending, partitionKey, problem } = place(queue.pending ?? [], rules, event);
  const placed = { ...queue, pending };
  return { queue: problem === undefined ? placed : withProblem(placed, problem), partitionKey };
}

function withProblem(queue: AssetQueue, problem: string): AssetQueue {
  return { ...queue, problems: [...(queue.problems ?? []), problem].slice(-mostProblems) };
}

function withNewest(events: readonly AssetEvent[], event: AssetEvent): readonly AssetEvent[] {
  const all = [...events, event];
  const same = all.filter(({ asset }) => asset === event.asset);
  const [oldest] = same;
  return same.length > mostKept ? all.filter((one) => one !== oldest) : all;
}

/** Bytes of queues, as they are handed on. */
export function queueBytes(queues: readonly AssetQueue[]): number {
  return queues.reduce((sum, queue) => sum + handedOnBytes(queue), 0);
}

/** Queues without the oldest of what waits, that of the largest ones first, so that they take no more than nine tenths of `most` bytes. */
export function shortened(queues: readonly AssetQueue[], most: number): readonly AssetQueue[] {
  let excess = queueBytes(queues) - 0.9 * most;
  const shorter = new Map<AssetQueue, AssetQueue>();
  for (const queue of queues.toSorted((one, other) => handedOnBytes(other) - handedOnBytes(one))) {
    if (excess <= 0) break;
    const kept = withoutOldest(queue, excess);
    excess -= handedOnBytes(queue) - handedOnBytes(kept);
    shorter.set(queue, kept);
  }
  return queues.map((queue) => shorter.get(queue) ?? queue);
}

/** A queue of which so many bytes were given up, at most half of what waits: those of other DAGs are to give, too. */
function withoutOldest(queue: AssetQueue, bytes: number): AssetQueue {
  const { events, pending = [] } = queue;
  const waiting: readonly object[] = [...events, ...pending];
  const half = waiting.reduce((sum, one) => sum + handedOnBytes(one), 0) / 2;
  let given = 0;
  let count = 0;
  for (const one of waiting) {
    if (given >= bytes || given >= half) break;
    given += handedOnBytes(one);
    count++;
  }
  const shorter = { ...queue, events: events.slice(count), ...(queue.pending && { pending: pending.slice(count) }) };
  if (count === 0) return { ...shorter, problems: (queue.problems ?? []).slice(-1) };
  const what = queue.pending === undefined ? 'events' : 'partitions';
  const words = `the oldest ${what} that waited, ${count}, were given up: all DAGs together wait for more than can be kept`;
  return { ...shorter, problems: [words] };
}
