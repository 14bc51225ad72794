import type { Asset } from './assets.ts';
import type { TaskContext } from './definition.ts';
import type { TryOptions } from './options.ts';
import type { AnyRef, EdgeRef, InputsOf, ItemRef } from './outcome.ts';
import type { LabelledEdge } from './edge-label.ts';
import type { TriggerRule } from './trigger-rules.ts';

/** What `needs` may name: tasks that were defined before, and in a mapped group its item. */
export type Needs = Readonly<Record<string, AnyRef | ItemRef>>;

/** What every task can be told of its place in the graph. */
export interface PlaceOptions<N extends Needs> extends TryOptions {
  /** Tasks whose results this one is given, under names of its own. */
  readonly needs?: N;
  /** Tasks and groups that come before this one, for order alone. */
  readonly after?: readonly (EdgeRef | LabelledEdge)[];
  /** Assets that it has made when it has succeeded: DAGs that wait for them are told. Of a mapped task each index tells. */
  readonly outlets?: readonly Asset[];
  /** What it does and what to do when it fails, for people (Markdown). */
  readonly doc?: string;
}

/** A task's place, and when it runs there. */
export interface EdgeOptions<N extends Needs, Rule extends TriggerRule> extends PlaceOptions<N> {
  /** When it runs, judged by how the tasks before it ended; `all_success` by default. */
  readonly triggerRule?: Rule;
}

/** A task. */
export interface TaskOptions<Params, N extends Needs, Rule extends TriggerRule, Result> extends EdgeOptions<N, Rule> {
  /** Workflow code: calls activities and operators, waits, and gives the result (JSON, at most 1 MB). */
  readonly run: (inputs: InputsOf<N, Rule>, context: TaskContext<Params>) => Result | Promise<Result>;
}

/** A mapped task. */
export interface MapOptions<Params, Item, N extends Needs, Rule extends TriggerRule, Result> extends EdgeOptions<
  N,
  Rule
> {
  /** Names an index for people; by default the item itself where that is a short text, else the index. */
  readonly label?: (item: Item, index: number) => string;
  /** How many of its indexes run at a time within a run, from 1; the others are `queued`. Without it all run. */
  readonly maxActiveTisPerDagrun?: number;
  /** Workflow code, once an item. */
  readonly run: (item: Item, inputs: InputsOf<N, Rule>, context: TaskContext<Params>) => Result | Promise<Result>;
}

/** A task that chooses which of the tasks directly below it are run. */
export interface BranchOptions<
  Params,
  N extends Needs,
  Rule extends TriggerRule,
  Choice extends string,
> extends EdgeOptions<N, Rule> {
  /** Ids of the tasks and groups below it that it can choose: as they are written in its own group, or whole. */
  readonly choices: readonly Choice[];
  /** Chooses one, several, or none (`null`, `[]`). What is directly below it and was not chosen is skipped. */
  readonly run: (
    inputs: InputsOf<N, Rule>,
    context: TaskContext<Params>,
  ) => Chosen<NoInfer<Choice>> | Promise<Chosen<NoInfer<Choice>>>;
}

/** What a branch can choose. */
export type Chosen<Choice extends string> = Choice | readonly Choice[] | null;

/** A task that can end the run below it. */
export interface ShortCircuitOptions<Params, N extends Needs, Rule extends TriggerRule> extends EdgeOptions<N, Rule> {
  /**
   * Whether everything below it is skipped, whatever its trigger rule (`true`, the default), or only what is directly below
   * it, so that the rules say what follows. Teardowns are never skipped by it.
   */
  readonly ignoreDownstreamTriggerRules?: boolean;
  /** `false`: what is below it is skipped. */
  readonly run: (inputs: InputsOf<N, Rule>, context: TaskContext<Params>) => boolean | Promise<boolean>;
}

/** A task that takes down what setups prepared. It runs when all before it is done, and one of its setups succeeded. */
export interface TeardownOptions<Params, N extends Needs, Result> extends PlaceOptions<N> {
  /** The setups that it takes down; it comes after them. */
  readonly setups?: readonly AnyRef[];
  /** Whether its failure is the run's; `false` by default. */
  readonly onFailureFailDagrun?: boolean;
  /** Workflow code. Is given outcomes, since it runs whatever happened to the work. */
  readonly run: (inputs: InputsOf<N, 'all_done'>, context: TaskContext<Params>) => Result | Promise<Result>;
}

/** A group of tasks. */
export interface GroupOptions {
  /** For people, in one line. */
  readonly tooltip?: string;
  /** Of the tasks in it; goes before the DAG's, and after a task's own. */
  readonly defaultArgs?: TryOptions;
  /** Whether ids of its tasks begin with the group's and a dot; `true` by default. */
  readonly prefixGroupId?: boolean;
  /** What comes before its first tasks, for order alone. */
  readonly after?: readonly (EdgeRef | LabelledEdge)[];
}

/** A group of tasks that runs once for each item of a list. */
export interface MapGroupOptions<Item> extends GroupOptions {
  /** Names an index for people; by default the item itself where that is a short text, else the index. */
  readonly label?: (item: Item, index: number) => string;
  /** How many indexes of each of its tasks run at a time within a run, from 1; without it all do. */
  readonly maxActiveTisPerDagrun?: number;
}
