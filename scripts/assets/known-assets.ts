import type { AssetSubscription } from '../../dag/asset-queue.ts';
import { assetNames } from '../../dag/assets.ts';
import type { DagDefinition } from '../../dag/definition.ts';

/** An asset as the DAGs of this checkout know it. */
export interface KnownAsset {
  readonly asset: string;
  /** Tasks that make it, as `dag.task`. */
  readonly producers: readonly string[];
  /** DAGs that it starts, by itself or with others. */
  readonly consumers: readonly string[];
}

/** The assets that DAGs name, by name. */
export function knownAssets(definitions: readonly DagDefinition[]): readonly KnownAsset[] {
  const producers = new Map<string, string[]>();
  const consumers = new Map<string, string[]>();
  const add = (to: Map<string, string[]>, asset: string, who: string): void => {
    to.set(asset, [...(to.get(asset) ?? []), who]);
  };
  for (const { id, tasks, assets } of definitions) {
    for (const task of tasks) for (const asset of task.outlets ?? []) add(producers, asset, `${id}.${task.id}`);
    if (assets !== undefined) for (const asset of assetNames(assets)) add(consumers, asset, id);
  }
  const names = [...new Set([...producers.keys(), ...consumers.keys()])].toSorted();
  return names.map((asset) => ({
    asset,
    producers: producers.get(asset) ?? [],
    consumers: consumers.get(asset) ?? [],
  }));
}

/** Which DAGs are started by assets. */
export function subscriptionsOf(definitions: readonly DagDefinition[]): readonly AssetSubscription[] {
  return definitions.flatMap(({ id: dagId, assets: condition, assetPartitions: partitions }) =>
    condition === undefined ? [] : [{ dagId, condition, ...(partitions && { partitions }) }],
  );
}
