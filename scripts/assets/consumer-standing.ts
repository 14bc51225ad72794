import type { AssetQueue } from '../../dag/asset-queue.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { assetScheduleText } from '../../dag/partitioned-assets.ts';
import { standing } from '../../dag/pending-partitions.ts';

/** How much has come of an asset for a DAG that it starts, by itself or with others. */
export interface ConsumerStanding {
  readonly dagId: string;
  readonly condition: string;
  /** Who is not known to the hub is started by nothing. */
  readonly subscribed: boolean;
  /** Events of the asset that wait. */
  readonly queuedEvents: number;
  /** Of a DAG that is started for partitions: those that something has come for, and how much of each asset. */
  readonly pendingPartitions?: readonly {
    readonly partitionKey: string;
    readonly assets: readonly { readonly asset: string; readonly received: number; readonly required: number }[];
  }[];
  /** Why the last events that did not count did not, in sentences. */
  readonly problems?: readonly string[];
}

/** Where a DAG that waits for an asset is, by its definition and the hub's word; without that word it is not subscribed. */
export function consumerStanding(
  asset: string,
  { id: dagId, assets, assetPartitions }: DagDefinition,
  queue: AssetQueue | undefined,
): ConsumerStanding {
  const { condition, partitions, events = [], pending = [], problems } = queue ?? {};
  const waiting = [...events, ...pending.flatMap((one) => one.events)];
  const rules = condition && partitions && { condition, partitions };
  return {
    dagId,
    condition: assets === undefined ? '' : assetScheduleText(assets, assetPartitions),
    subscribed: queue !== undefined,
    queuedEvents: waiting.filter((event) => event.asset === asset).length,
    ...(rules && {
      pendingPartitions: pending.map((one) => ({
        partitionKey: one.partitionKey,
        assets: standing(rules, one).map(({ asset: name, received, required }) => ({
          asset: name,
          received,
          required,
        })),
      })),
    }),
    ...(problems && { problems }),
  };
}

/** Partitions that are told of; of more, those that something came for last. */
const mostTold = 20;

/** The same for a terminal, a line of its own for each partition. */
export function consumerLines(consumer: ConsumerStanding): readonly string[] {
  const { dagId, condition, subscribed, queuedEvents, pendingPartitions, problems = [] } = consumer;
  const waits = subscribed ? `events that wait: ${queuedEvents}` : 'not told of it: run tw schedules apply';
  const told = pendingPartitions?.slice(-mostTold) ?? [];
  const more = (pendingPartitions?.length ?? 0) - told.length;
  return [
    `starts     ${dagId}, for ${condition}; ${waits}`,
    ...(more > 0 ? [`           and ${more} more partitions`] : []),
    ...told.map(({ partitionKey, assets }) => {
      const come = assets.map(({ asset, received, required }) => `${asset} ${received} of ${required}`);
      return `           partition ${partitionKey}: ${come.join(', ')}`;
    }),
    ...problems.map((problem) => `           left: ${problem}`),
  ];
}
