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

/** A group of the DAG being defined, as an edge's end: before it means before its first tasks, after it after its last ones. */
export interface GroupRef<Tasks = unknown> {
  readonly kind: 'group';
  readonly id: string;
  /** What the group's function returned: its tasks, as others need them. */
  readonly tasks: Tasks;
}

/** What an edge can go out from or lead to. */
export type EdgeRef = AnyRef | GroupRef;

/**
 * What a task is given of one that it needs: the result under `all_success`, since it is there for certain, else the
 * outcome. A mapped task gives an array in the order of its items.
 */
export type InputOf<Ref, Rule extends TriggerRule> =
  Ref extends TaskRef<infer Value>
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
