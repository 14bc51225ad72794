import { partitionsOf, queueBytes, queued, shortened, type AssetQueue, type AssetSubscription } from './asset-queue.ts';
import { assetNames, isMet, type AssetEvent } from './assets.ts';
import { handedOnBytes, mostHandedOn } from './handed-on.ts';
import { isDue } from './pending-partitions.ts';

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
  /**
   * Says which DAGs are started by assets, all of them: what has come stays for those that were known and wait for it still. It may be
   * enough now: see `due`.
   */
  readonly subscribe: (subscriptions: readonly AssetSubscription[]) => void;
  /** Takes an event; one that has come before changes nothing. What comes back are the runs that it starts. */
  readonly take: (event: AssetEvent) => readonly DueRun[];
  /** Takes out what has been enough since a subscription, at most so many runs; what is more stays until it is asked for again. */
  readonly due: (most: number) => readonly DueRun[];
  readonly state: () => Required<AssetHubStart>;
}

/** Events that are remembered: a message that was sent twice may come that late. */
const longestPast = 1_000;

/** Bytes of their ids. */
const mostPast = 500_000;

/** Bytes of queues. */
const mostQueued = mostHandedOn - mostPast;

/**
 * Airflow's asset-triggered runs: an event is queued for each DAG that waits for its asset; when what is queued meets the DAG's
 * condition, one run starts for all of it, and the queue is empty. Of a DAG that is started for partitions each partition has a queue of
 * its own. An event of before a DAG subscribed does not count.
 */
export function openAssetHub(start: AssetHubStart): AssetHub {
  let queues = [...(start.queues ?? [])];
  let past = [...(start.past ?? [])];
  let { started = 0 } = start;
  /** Never less than they are. */
  let bytes = queueBytes(queues);

  /** Takes out of a queue what is due, until there are so many; of partitions only one, where it is named. */
  function settle(queue: AssetQueue, due: DueRun[], most: number, only?: string): AssetQueue {
    const { dagId, condition, events, pending } = queue;
    const rules = partitionsOf(queue);
    if (due.length >= most) return queue;
    if (rules === undefined || pending === undefined) {
      if (events.length === 0 || !isMet(condition, new Set(events.map(({ asset }) => asset)))) return queue;
      due.push({ dagId, number: ++started, events });
      return { ...queue, events: [] };
    }
    const left = pending.filter((one) => {
      if (due.length >= most || (only !== undefined && one.partitionKey !== only) || !isDue(rules, one)) return true;
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

  /** Makes room where queues have become too large to be handed on. */
  function fit(): void {
    if (bytes <= mostQueued) return;
    bytes = queueBytes(queues);
    if (bytes <= mostQueued) return;
    queues = [...shortened(queues, mostQueued)];
    bytes = queueBytes(queues);
  }

  return {
    subscribe: (subscriptions) => {
      const before = new Map(queues.map((queue) => [queue.dagId, queue]));
      queues = subscriptions.map((one) => queueFor(one, before.get(one.dagId)));
      bytes = queueBytes(queues);
      fit();
    },
    take: (event) => {
      if (past.includes(event.id)) return [];
      past = withNewestId(past, event.id);
      const due: DueRun[] = [];
      queues = queues.map((before) => {
        if (!assetNames(before.condition).includes(event.asset)) return before;
        const { queue, partitionKey } = queued(before, event);
        bytes += eventBytes(event);
        return settle(queue, due, Infinity, partitionKey);
      });
      fit();
      return due;
    },
    due: (most) => {
      const due: DueRun[] = [];
      queues = queues.map((queue) => settle(queue, due, most));
      return due;
    },
    state: () => ({ queues, past, started }),
  };
}

/** What an event may add to a queue: itself, and a partition or a sentence about it. */
function eventBytes(event: AssetEvent): number {
  return 2 * handedOnBytes(event) + 200;
}

function withNewestId(past: readonly string[], id: string): string[] {
  const all = [...past, id].slice(-longestPast);
  // With quotes and a comma.
  const bytes = all.reduce((sum, one) => sum + one.length + 3, 0);
  return bytes <= mostPast ? all : all.slice(all.length >> 3);
}
