import { assetNames, isMet, type AssetCondition, type AssetEvent } from './assets.ts';
import { partitionKeyProblem } from './partition-key.ts';
import { keysCome, mapKey, type KeysCome } from './partition-mapper.ts';
import { mapperOf, type AssetPartitions } from './partitioned-assets.ts';

/** A partition that a DAG is to be run for, and what has come for it since its last run, the oldest first. */
export interface PendingPartition {
  readonly partitionKey: string;
  readonly events: readonly AssetEvent[];
}

/** What of a DAG decides which of its partitions are due. */
export interface PartitionRules {
  readonly condition: AssetCondition;
  readonly partitions: AssetPartitions;
}

/** Events that wait for the partitions of a DAG: those that waited longest are given up. */
const mostWaiting = 1_000;

/** What became of an event: the partition that it is for, or why it is for none. */
export interface Placed {
  readonly pending: readonly PendingPartition[];
  readonly partitionKey?: string;
  readonly problem?: string;
}

/** Puts an event to the partition that it is for. Of one that was made for the same key before, the newest stays. */
export function place(pending: readonly PendingPartition[], { partitions }: PartitionRules, event: AssetEvent): Placed {
  const { asset, runId, partitionKey: key } = event;
  if (key === undefined) return { pending, problem: `${asset}, made by ${runId}, is of no partition` };
  const mapped = mapKey(mapperOf(partitions, asset), key);
  const problem = 'problem' in mapped ? mapped.problem : partitionKeyProblem(mapped.key);
  if ('problem' in mapped || problem !== undefined)
    return { pending, problem: `${asset}, made by ${runId}: ${problem}` };
  const partitionKey = mapped.key;
  const before = pending.find((one) => one.partitionKey === partitionKey);
  const others = pending.filter((one) => one !== before);
  const kept = before?.events.filter((one) => one.asset !== asset || one.partitionKey !== key) ?? [];
  // The one that got something last stands last.
  const all = [...others, { partitionKey, events: [...kept, event] }];
  const waiting = all.reduce((sum, { events }) => sum + events.length, 0);
  const [oldest] = all;
  if (waiting <= mostWaiting || oldest === undefined || all.length === 1) return { pending: all, partitionKey };
  const givenUp = `partition ${oldest.partitionKey} was given up: more than ${mostWaiting} events waited`;
  return { pending: all.slice(1), partitionKey, problem: givenUp };
}

/** How much of each asset has come for a partition. */
export function standing(
  { condition, partitions }: PartitionRules,
  { partitionKey, events }: PendingPartition,
): readonly (KeysCome & { readonly asset: string })[] {
  return assetNames(condition).map((asset) => {
    const keys = events.flatMap((event) => (event.asset === asset && event.partitionKey ? [event.partitionKey] : []));
    return { asset, ...keysCome(mapperOf(partitions, asset), partitionKey, new Set(keys)) };
  });
}

/** Whether enough has come for a partition that its run may start. */
export function isDue(rules: PartitionRules, partition: PendingPartition): boolean {
  const come = standing(rules, partition).filter(({ received, required }) => received >= required);
  return isMet(rules.condition, new Set(come.map(({ asset }) => asset)));
}
