import { assetNames, isMet, type AssetCondition, type AssetEvent } from './assets.ts';
import type { AssetPartitions } from './partitioned-assets.ts';
import { isDue, place, type PartitionRules, type PendingPartition } from './pending-partitions.ts';

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

/** What the hub of an installation's assets knows, and hands on to itself when its history has grown long. */
export interface AssetHubStart {
  readonly queues?: readonly AssetQueue[];
  /** Ids of events that have come lately. */
  readonly past?: readonly string[];
  /** Runs that were started so far. */
  readonly started?: number;
}

/** A run that is to start, for the events that have met its DAG's condition, the oldest first. */
export interface DueRun {
  readonly dagId: string;
  /** From 1, over all DAGs: no two runs have the same. */
  readonly number: number;
  readonly events: readonly AssetEvent[];
  /** The partition that it is about, where its DAG is started for partitions. */
  readonly partitionKey?: string;
}

/** Which DAGs wait for which assets, and what has come for them. Pure: it has no clock and starts nothing. */
export interface AssetHub {
  /** Says which DAGs are started by assets, all of them: what has come stays for those that were known and wait for it still. */
  readonly subscribe: (subscriptions: readonly AssetSubscription[]) => readonly DueRun[];
  /** Takes an event; one that has come before changes nothing. What comes back are the runs that it starts. */
  readonly take: (event: AssetEvent) => readonly DueRun[];
  readonly state: () => Required<AssetHubStart>;
}

/** Events of one asset that are kept for a DAG: the newest ones. */
const mostKept = 50;

/** Events that are remembered: a message that was sent twice may come that late. */
const longestPast = 1_000;

/** Sentences that are kept for a DAG. */
const mostProblems = 5;

/**
 * Airflow's asset-triggered runs: an event is queued for each DAG that waits for its asset; when what is queued meets the DAG's
 * condition, one run starts for all of it, and the queue is empty. Of a DAG that is started for partitions each partition has a queue of
 * its own. An event of before a DAG subscribed does not count.
 */
export function openAssetHub(start: AssetHubStart): AssetHub {
  let queues = [...(start.queues ?? [])];
  let past = [...(start.past ?? [])];
  let { started = 0 } = start;

  /** Takes out of a queue what is due; of partitions only one, where it is named. */
  function settle(queue: AssetQueue, due: DueRun[], only?: string): AssetQueue {
    const { dagId, condition, events, pending } = queue;
    const rules = partitionsOf(queue);
    if (rules === undefined || pending === undefined) {
      if (events.length === 0 || !isMet(condition, new Set(events.map(({ asset }) => asset)))) return queue;
      due.push({ dagId, number: ++started, events });
      return { ...queue, events: [] };
    }
    const left = pending.filter((one) => {
      if ((only !== undefined && one.partitionKey !== only) || !isDue(rules, one)) return true;
      due.push({ dagId, number: ++started, ...one });
      return false;
    });
    return left.length === pending.length ? queue : { ...queue, pending: left };
  }

  function queueFor(subscription: AssetSubscription, before: AssetQueue | undefined): AssetQueue {
    const names = new Set(assetNames(subscription.condition));
    const waiting = [...(before?.events ?? []), ...(before?.pending ?? []).flatMap(({ events }) => events)];
    const events = waiting.filter(({ asset }) => names.has(asset));
    if (subscription.partitions === undefined) {
      return { ...subscription, events: events.filter(({ partitionKey }) => partitionKey === undefined) };
    }
    // Anew, since its mappers may have changed.
    const empty: AssetQueue = { ...subscription, events: [], pending: [] };
    return events
      .filter(({ partitionKey }) => partitionKey !== undefined)
      .toSorted((a, b) => a.timestamp - b.timestamp)
      .reduce((queue, event) => queued(queue, event).queue, empty);
  }

  return {
    subscribe: (subscriptions) => {
      const before = new Map(queues.map((queue) => [queue.dagId, queue]));
      const due: DueRun[] = [];
      queues = subscriptions.map((one) => settle(queueFor(one, before.get(one.dagId)), due));
      return due;
    },
    take: (event) => {
      if (past.includes(event.id)) return [];
      past = [...past, event.id].slice(-longestPast);
      const due: DueRun[] = [];
      queues = queues.map((before) => {
        if (!assetNames(before.condition).includes(event.asset)) return before;
        const { queue, partitionKey } = queued(before, event);
        return settle(queue, due, partitionKey);
      });
      return due;
    },
    state: () => ({ queues, past, started }),
  };
}

function partitionsOf({ condition, partitions }: AssetQueue): PartitionRules | undefined {
  return partitions && { condition, partitions };
}

/** Puts an event in a queue, and says which partition it is for. As in Airflow, what is of a partition counts only for DAGs that are started for partitions. */
function queued(
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
