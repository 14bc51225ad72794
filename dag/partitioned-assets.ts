import { assetNames, assetProblem, conditionText, type AssetCondition } from './assets.ts';
import { identityMapper, mapperProblem, type PartitionMapper } from './partition-mapper.ts';
import type { Timetable } from './timetable.ts';

/** Which partitions of a DAG's own those of its assets are for. */
export interface AssetPartitions {
  readonly mapper: PartitionMapper;
  /** Mappers of single assets, by their names, in the place of that one. */
  readonly mappers: Readonly<Record<string, PartitionMapper>>;
}

/** Assets that start a run for each partition of them. */
export interface PartitionedAssets extends AssetPartitions {
  readonly partitioned: AssetCondition;
}

/** How the keys of assets' partitions become those of a DAG's runs. Airflow's names. */
export interface PartitionedAssetOptions {
  /** Of every asset that has none of its own; keys stay what they are by default. */
  readonly defaultPartitionMapper?: PartitionMapper;
  /** Of single assets, by their names. */
  readonly partitionMapperConfig?: Readonly<Record<string, PartitionMapper>>;
}

/**
 * As a DAG's `assets`: a run for each partition, as soon as the assets have been made for it (Airflow's PartitionedAssetTimetable). Its
 * `partitionKey` is the partition's. Only what runs with a partition key have made counts, and starts no DAG that is not partitioned.
 *
 * @example dag('joins', { schedule: null, assets: partitionedAssets(allOf(pins, users), { defaultPartitionMapper: startOfDayMapper() }) }, …)
 */
export function partitionedAssets(assets: AssetCondition, options: PartitionedAssetOptions = {}): PartitionedAssets {
  const { defaultPartitionMapper = identityMapper(), partitionMapperConfig = {} } = options;
  return { partitioned: assets, mapper: defaultPartitionMapper, mappers: partitionMapperConfig };
}

/** What a DAG says in `assets`, as its definition keeps it. */
export interface AssetSchedule {
  readonly assets: AssetCondition;
  readonly assetPartitions?: AssetPartitions;
}

/** Tells the assets of a DAG from their partitions. */
export function assetSchedule(assets: AssetCondition | PartitionedAssets): AssetSchedule {
  if (!('partitioned' in assets)) return { assets };
  const { partitioned, mapper, mappers } = assets;
  return { assets: partitioned, assetPartitions: { mapper, mappers } };
}

/** The mapper of an asset's keys. */
export function mapperOf({ mapper, mappers }: AssetPartitions, asset: string): PartitionMapper {
  return Object.hasOwn(mappers, asset) ? (mappers[asset] ?? mapper) : mapper;
}

/** What is wrong with a DAG's assets, in a sentence; `undefined` when nothing is. */
export function assetScheduleProblem(
  told: AssetCondition | PartitionedAssets,
  schedule: Timetable | null,
): string | undefined {
  const { assets, assetPartitions } = assetSchedule(told);
  const problem = assetProblem(assets);
  if (problem !== undefined || assetPartitions === undefined) return problem;
  if (schedule !== null && schedule.kind !== 'cron_partition')
    return 'its assets start runs about partitions, and the runs of its schedule are about none: use cronPartition, or schedule: null';
  const names = assetNames(assets);
  const other = Object.keys(assetPartitions.mappers).find((name) => !names.includes(name));
  if (other !== undefined)
    return `partitionMapperConfig names the asset ${other}, which does not start it; there are: ${names.join(', ')}`;
  for (const name of names) {
    const wrong = mapperProblem(mapperOf(assetPartitions, name));
    if (wrong !== undefined) return `the partition mapper of ${name}: ${wrong}`;
  }
  return undefined;
}

/** What starts a DAG, for people: `a and (b or c)`, and that it does for each partition. */
export function assetScheduleText(assets: AssetCondition, partitions: AssetPartitions | undefined): string {
  return `${conditionText(assets)}${partitions === undefined ? '' : ', by partition'}`;
}
