import { assetNames, isMet, type AssetCondition, type AssetEvent } from './assets.ts';

/** A DAG that is started by assets. */
export interface AssetSubscription {
  readonly dagId: string;
  readonly condition: AssetCondition;
}

/** A DAG that waits for assets, and what has come for it since its last run for them, the oldest first. */
export interface AssetQueue extends AssetSubscription {
  readonly events: readonly AssetEvent[];
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

/**
 * Airflow's asset-triggered runs: an event is queued for each DAG that waits for its asset; when what is queued meets the DAG's
 * condition, one run starts for all of it, and the queue is empty. An event of before a DAG subscribed does not count.
 */
export function openAssetHub(start: AssetHubStart): AssetHub {
  let queues = [...(start.queues ?? [])];
  let past = [...(start.past ?? [])];
  let { started = 0 } = start;

  function settle(): readonly DueRun[] {
    const due: DueRun[] = [];
    queues = queues.map((queue) => {
      const { dagId, condition, events } = queue;
      if (events.length === 0 || !isMet(condition, new Set(events.map(({ asset }) => asset)))) return queue;
      due.push({ dagId, number: ++started, events });
      return { ...queue, events: [] };
    });
    return due;
  }

  return {
    subscribe: (subscriptions) => {
      const before = new Map(queues.map(({ dagId, events }) => [dagId, events]));
      queues = subscriptions.map(({ dagId, condition }) => {
        const names = new Set(assetNames(condition));
        return { dagId, condition, events: (before.get(dagId) ?? []).filter(({ asset }) => names.has(asset)) };
      });
      return settle();
    },
    take: (event) => {
      if (past.includes(event.id)) return [];
      past = [...past, event.id].slice(-longestPast);
      queues = queues.map((queue) =>
        assetNames(queue.condition).includes(event.asset)
          ? { ...queue, events: withNewest(queue.events, event) }
          : queue,
      );
      return settle();
    },
    state: () => ({ queues, past, started }),
  };
}

function withNewest(events: readonly AssetEvent[], event: AssetEvent): readonly AssetEvent[] {
  const all = [...events, event];
  const same = all.filter(({ asset }) => asset === event.asset);
  const [oldest] = same;
  return same.length > mostKept ? all.filter((one) => one !== oldest) : all;
}
