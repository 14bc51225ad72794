import type { ImpatientRule, TriggerRule } from './trigger-rules.ts';

/** Why a try, or a task with its last try, failed. */
export interface TaskError {
  /** Kind of the failure, for example `kafka.unavailable`, `TaskFailed` or `TaskTimeout`. */
  readonly type: string;
  readonly message: string;
}

/** How a needed task ended, for a task whose trigger rule lets it run whatever happened. */
export type Outcome<Value> =
  | { readonly state: 'success'; readonly value: Value }
  | { readonly state: 'failed'; readonly error: TaskError }
  | { readonly state: 'skipped' }
  | { readonly state: 'upstream_failed' }
  | { readonly state: 'removed' };

/** Stands for the outcome of a task that has not ended, under a rule that does not wait for it. */
export interface Unfinished {
  readonly state: 'unfinished';
}

type OutcomeUnder<Rule extends TriggerRule, Value> = Rule extends ImpatientRule
  ? Outcome<Value> | Unfinished
  : Outcome<Value>;

declare const result: unique symbol;

/** A task of the DAG being defined, as other tasks need it. Carries the type of its result. */
export interface TaskRef<Result = unknown> {
  readonly kind: 'task';
  readonly id: string;
  readonly [result]?: Result;
}

/** A mapped task of the DAG being defined. Carries the type of one index's result. */
export interface MapRef<Result = unknown> {
  readonly kind: 'map';
  readonly id: string;
  readonly [result]?: Result;
}

/** A task or mapped task, whose result can be needed. */
export type AnyRef = TaskRef | MapRef;

/** The item that a mapped group is about, as its tasks need it: each of their indexes is given its own. */
export interface ItemRef<Item = unknown> {
  readonly kind: 'item';
  /** The group's id. */
  readonly id: string;
  readonly [result]?: Item;
}

/** A group of the DAG being defined, as an edge's end: before it means before its first tasks, after it after its last ones. */
export interface GroupRef<Tasks = unknown> {
  readonly kind: 'group';
  readonly id: string;
  /** What the group's function returned: its tasks, as others need them. */
  readonly tasks: Tasks;
}

/** What a mapped group's function returned, as it looks from outside: each of its tasks is a mapped one. */
export type MappedTasks<Tasks> =
  Tasks extends TaskRef<infer Result>
    ? MapRef<Result>
    : Tasks extends GroupRef<infer Inner>
      ? GroupRef<MappedTasks<Inner>>
      : Tasks extends object
        ? { readonly [Name in keyof Tasks]: MappedTasks<Tasks[Name]> }
        : Tasks;

/** What an edge can go out from or lead to. */
export type EdgeRef = AnyRef | GroupRef;

/**
 * What a task is given of one that it needs: the result under `all_success`, since it is there for certain, else the
 * outcome. A mapped task gives an array in the order of its items, an item itself.
 */
export type InputOf<Ref, Rule extends TriggerRule> =
  Ref extends ItemRef<infer Item>
    ? Item
    : Ref extends TaskRef<infer Value>
      ? Rule extends 'all_success'
        ? Value
        : OutcomeUnder<Rule, Value>
      : Ref extends MapRef<infer Value>
        ? readonly (Rule extends 'all_success' ? Value : OutcomeUnder<Rule, Value>)[]
        : never;

/** Inputs of a task by the names that its `needs` give them. */
export type InputsOf<Needs, Rule extends TriggerRule> = {
  readonly [Name in keyof Needs]: InputOf<Needs[Name], Rule>;
};
