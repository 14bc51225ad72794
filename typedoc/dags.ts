/**
 * Define a DAG: its options, its tasks and how they hang together.
 *
 * @module
 */
export { dag, type DagWorkflow } from '../workflows/engine/dag.ts';
export type { DagOptions, TryOptions } from '../dag/options.ts';
export type { DagBuilder, MapGroupBuilder } from '../dag/builder.ts';
export type {
  BranchOptions,
  Chosen,
  EdgeOptions,
  GroupOptions,
  MapGroupOptions,
  MapOptions,
  Needs,
  PlaceOptions,
  ShortCircuitOptions,
  TaskOptions,
  TeardownOptions,
} from '../dag/task-options.ts';
export type { DataInterval, RetryDecision, RunContext, RunType, TaskContext } from '../dag/definition.ts';
export { activitiesOn, type ActivityRole } from '../workflows/engine/activities-on.ts';
export {
  allowedKeyMapper,
  chainMapper,
  identityMapper,
  productMapper,
  rollupMapper,
  startOfDayMapper,
  startOfHourMapper,
  startOfMonthMapper,
  startOfQuarterMapper,
  startOfWeekMapper,
  startOfYearMapper,
  type KeyMapper,
  type PartitionMapper,
  type RollupMapper,
  type StartOfMapper,
  type TimeMapperOptions,
} from '../dag/partition-mapper.ts';
export { partitionedAssets, type PartitionedAssetOptions, type PartitionedAssets } from '../dag/partitioned-assets.ts';
export type { CalendarUnit } from '../dag/time-format.ts';
export { allOf, anyOf, asset, type Asset, type AssetCondition, type AssetEvent } from '../dag/assets.ts';
export { failTask, skip } from '../workflows/engine/failures.ts';
export { cross, zip, type CombinedList, type MapList } from '../dag/map-list.ts';
export { labelled, type LabelledEdge } from '../dag/edge-label.ts';
export type {
  AnyRef,
  EdgeRef,
  GroupRef,
  InputOf,
  InputsOf,
  ItemRef,
  MappedTasks,
  MapRef,
  Outcome,
  TaskError,
  TaskRef,
  Unfinished,
} from '../dag/outcome.ts';
export type { Duration } from '../dag/duration.ts';
export type { ImpatientRule, TriggerRule } from '../dag/trigger-rules.ts';
export type { WeightRule } from '../dag/priority.ts';
export type { RunState, TaskState } from '../dag/states.ts';
export type { RunResult } from '../workflows/engine/run-end.ts';
