import type { z } from 'zod';
import type { TaskContext } from './definition.ts';
import type { Duration } from './duration.ts';
import type { AnyRef, InputsOf, MapRef, TaskRef } from './outcome.ts';
import type { Timetable } from './timetable.ts';
import type { TriggerRule } from './trigger-rules.ts';

/** How a task is tried, for one task or, as `defaultArgs`, for every task of a DAG. Airflow's names and defaults. */
export interface TryOptions {
  /** Tries after the first one; 0 by default. */
  readonly retries?: number;
  /** Wait between two tries; 5 minutes by default. */
  readonly retryDelay?: Duration;
  /** Let the wait grow: `true` doubles it from try to try, a number is the factor. */
  readonly retryExponentialBackoff?: boolean | number;
  /** The wait grows no further; 24 hours by default. */
  readonly maxRetryDelay?: Duration;
  /** A try that takes longer is cancelled and has failed. Without it a try may take for ever. */
  readonly executionTimeout?: Duration;
}

/** What `needs` and `after` may name: tasks that were defined before. */
export type Needs = Readonly<Record<string, AnyRef>>;

interface EdgeOptions<N extends Needs, Rule extends TriggerRule> extends TryOptions {
  /** Tasks whose results this one is given, under names of its own. */
  readonly needs?: N;
  /** Tasks that come before this one, for order alone. */
  readonly after?: readonly AnyRef[];
  /** When it runs, judged by how the tasks before it ended; `all_success` by default. */
  readonly triggerRule?: Rule;
  /** What it does and what to do when it fails, for people (Markdown). */
  readonly doc?: string;
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
  /** Workflow code, once an item. */
  readonly run: (item: Item, inputs: InputsOf<N, Rule>, context: TaskContext<Params>) => Result | Promise<Result>;
}

/** A DAG. */
export interface DagOptions<Params extends z.ZodObject> {
  /** When it runs by itself, for example `cron('@daily')`; `null` = only when somebody asks. */
  readonly schedule: Timetable | null;
  /**
   * No run is about a time before this one. A Date, or ISO text; text without an offset is read on the clocks of the schedule's
   * time zone.
   */
  readonly startDate?: Date | string;
  /** The last logical date that is run, itself included: as `startDate`. Without it the DAG goes on. */
  readonly endDate?: Date | string;
  /** Whether intervals that went by unseen are run too, all of them; `false` (Airflow 3's default): the newest one. */
  readonly catchup?: boolean;
  /** Runs at a time; 16 by default. */
  readonly maxActiveRuns?: number;
  /** What a run may be given: a zod object. With a schedule every param has a default, since a scheduled run is given nothing. */
  readonly params?: Params;
  readonly defaultArgs?: TryOptions;
  /** One line. */
  readonly description?: string;
  /** Markdown. */
  readonly doc?: string;
  readonly tags?: readonly string[];
}

/** Defines the tasks of a DAG, in an order in which each comes after those it needs. */
export interface DagBuilder<Params> {
  /** A task that runs once. */
  readonly task: <Result, N extends Needs = Record<never, never>, Rule extends TriggerRule = 'all_success'>(
    id: string,
    options: TaskOptions<Params, N, Rule, Result>,
  ) => TaskRef<Result>;
  /** A task that runs once for each item of a list: Airflow's dynamic task mapping. Its result is an array. */
  readonly map: <Item, Result, N extends Needs = Record<never, never>, Rule extends TriggerRule = 'all_success'>(
    id: string,
    items: readonly Item[],
    options: MapOptions<Params, Item, N, Rule, Result>,
  ) => MapRef<Result>;
}
