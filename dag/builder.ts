import type { MapList } from './map-list.ts';
import type { EdgeRef, GroupRef, ItemRef, MappedTasks, MapRef, TaskRef } from './outcome.ts';
import type {
  BranchOptions,
  Chosen,
  GroupOptions,
  MapGroupOptions,
  MapOptions,
  Needs,
  PlaceOptions,
  ShortCircuitOptions,
  TaskOptions,
  TeardownOptions,
} from './task-options.ts';
import type { TriggerRule } from './trigger-rules.ts';

type NoNeeds = Record<never, never>;

/** Defines the tasks of a DAG, or of a group, in an order in which each comes after those it needs. */
export interface DagBuilder<Params> {
  /** A task that runs once. */
  readonly task: <Result, N extends Needs = NoNeeds, Rule extends TriggerRule = 'all_success'>(
    id: string,
    options: TaskOptions<Params, N, Rule, Result>,
  ) => TaskRef<Result>;
  /**
   * A task that runs once for each item of a list: Airflow's dynamic task mapping. Its result is an array. The list may be the
   * result of a task, which is known only when that has succeeded; over an empty list the task is skipped.
   */
  readonly map: <Item, Result, N extends Needs = NoNeeds, Rule extends TriggerRule = 'all_success'>(
    id: string,
    list: MapList<Item>,
    options: MapOptions<Params, Item, N, Rule, Result>,
  ) => MapRef<Result>;
  /** A task that chooses which of the tasks and groups directly below it are run; the others are skipped. */
  readonly branch: <const Choice extends string, N extends Needs = NoNeeds, Rule extends TriggerRule = 'all_success'>(
    id: string,
    options: BranchOptions<Params, N, Rule, Choice>,
  ) => TaskRef<Chosen<Choice>>;
  /** A task that skips what is below it when it gives `false`. */
  readonly shortCircuit: <N extends Needs = NoNeeds, Rule extends TriggerRule = 'all_success'>(
    id: string,
    options: ShortCircuitOptions<Params, N, Rule>,
  ) => TaskRef<boolean>;
  /**
   * A task that skips what is directly below it in a run that is not the newest: when the next one is due. A manual run is never
   * skipped. Gives whether it is the newest.
   */
  readonly latestOnly: (id: string, options?: PlaceOptions<NoNeeds>) => TaskRef<boolean>;
  /** A task that prepares what tasks below it work with, down to its teardown. */
  readonly setup: <Result, N extends Needs = NoNeeds, Rule extends TriggerRule = 'all_success'>(
    id: string,
    options: TaskOptions<Params, N, Rule, Result>,
  ) => TaskRef<Result>;
  /** A task that takes down what setups prepared, whatever became of the work in between. */
  readonly teardown: <Result, N extends Needs = NoNeeds>(
    id: string,
    options: TeardownOptions<Params, N, Result>,
  ) => TaskRef<Result>;
  /** Tasks under a common name, which is an edge's end, too. Groups may be nested. */
  readonly group: <Tasks>(
    id: string,
    options: GroupOptions,
    build: (builder: DagBuilder<Params>) => Tasks,
  ) => GroupRef<Tasks>;
  /**
   * Tasks that run once for each item of a list, one after the other for each item by itself: Airflow's task group mapping. What a
   * task needs of another in the group is the result for its own item; from outside, each of them is a mapped task. There is no
   * map in it.
   */
  readonly mapGroup: <Item, Tasks>(
    id: string,
    list: MapList<Item>,
    options: MapGroupOptions<Item>,
    build: (item: ItemRef<Item>, builder: MapGroupBuilder<Params>) => Tasks,
  ) => GroupRef<MappedTasks<Tasks>>;
  /** Each one (or each of a list) after the one before; two lists side by side have the same length, and go in pairs. */
  readonly chain: (...links: readonly (EdgeRef | readonly EdgeRef[])[]) => void;
  /** Every one of the second list after every one of the first. */
  readonly crossDownstream: (upstream: readonly EdgeRef[], downstream: readonly EdgeRef[]) => void;
}

/** Defines the tasks of a mapped group. */
export type MapGroupBuilder<Params> = Omit<DagBuilder<Params>, 'map' | 'mapGroup'>;
