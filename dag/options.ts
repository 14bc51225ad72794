import type { z } from 'zod';
import type { AssetCondition } from './assets.ts';
import type { RunCallbackOptions, TaskCallbackOptions } from './callbacks.ts';
import type { DeadlineOptions } from './deadline.ts';
import type { Duration } from './duration.ts';
import type { TaskError } from './outcome.ts';
import type { WeightRule } from './priority.ts';
import type { PartitionedAssets } from './partitioned-assets.ts';
import type { Timetable } from './timetable.ts';

/** How a task is tried, whom it tells and what it weighs, for one task or, as `defaultArgs`, for every task of a DAG. Airflow's names and defaults. */
export interface TryOptions extends TaskCallbackOptions {
  /** Tries after the first one; 0 by default. */
  readonly retries?: number;
  /** Wait between two tries; 5 minutes by default. */
  readonly retryDelay?: Duration;
  /**
   * Let the wait grow: `true` doubles it from try to try, a number is the factor. As in Airflow each wait is then up to twice as
   * long by chance, so that tasks that failed together do not come back together.
   */
  readonly retryExponentialBackoff?: boolean | number;
  /** The wait grows no further; 24 hours by default. */
  readonly maxRetryDelay?: Duration;
  /** A try that takes longer is cancelled and has failed. Without it, or with `null` against a default, a try may take for ever. */
  readonly executionTimeout?: Duration | null;
  /**
   * Decides by the error what becomes of a try (Airflow's retry policy): `retry` as the options above say, `fail` the task at once,
   * or retry after a `delay` of its own. A pure function. It is asked while `retries` leaves a try, never about
   * `TaskFailed`, a sensor's timeout or a payload that is too large, which end the tries anyway.
   */
  readonly retryPolicy?: (error: TaskError) => 'retry' | 'fail' | { readonly delay: Duration };
  /**
   * Where its activities run: on workers that serve this queue (`tw worker --queues`), with a graphics card for example; `default`, which
   * every worker serves that is told nothing else.
   */
  readonly queue?: string;
  /** How much it weighs among the tasks that wait for a slot, of `maxActiveTasks` or of its pool; a whole number, 1 by default. */
  readonly priorityWeight?: number;
  /**
   * A pool whose slots it holds while it runs, over all runs and DAGs: `tw pools set NAME SLOTS` makes it. While a task waits, for a poke
   * or a signal, it holds none. Without it, or with `null` against a default, a task is in no pool, and asks nobody.
   */
  readonly pool?: string | null;
  /** Slots of the pool that it takes, from 1; 1 by default. */
  readonly poolSlots?: number;
  /** How many of its instances run at a time over all runs of the DAG, from 1; the others are `queued`. Without it all run. */
  readonly maxActiveTisPerDag?: number;
  /**
   * Whether it begins only when the same task of the run before has succeeded or was skipped; as long as it has not, it waits, until that
   * one is cleared and done again, or marked. The run before is the one with the next earlier logical date, with `catchup` the next
   * earlier one that nobody started by hand. The first run of all has none to wait for.
   */
  readonly dependsOnPast?: boolean;
  /** Whether it waits, besides, for the tasks directly below the one of the run before; `dependsOnPast` goes with it. */
  readonly waitForDownstream?: boolean;
  /**
   * What is added to its weight: the weights of all tasks below it (`downstream`, the default), so that what most waits for
   * comes first; of all above it (`upstream`), so that what was begun is finished first; or nothing (`absolute`).
   */
  readonly weightRule?: WeightRule;
}

/** A DAG. */
export interface DagOptions<Params extends z.ZodObject> extends RunCallbackOptions {
  /** When it runs by itself, for example `cron('@daily')`; `null` = only when somebody asks. */
  readonly schedule: Timetable | null;
  /**
   * Assets that start a run when all or any of them have been made anew (Airflow's asset schedules): `allOf(pins, users)`, `anyOf(…)`, or one. Beside a
   * `schedule` it is Airflow's AssetOrTimeSchedule; with `schedule: null` assets alone start it. `partitionedAssets(…)`: a run for
   * each partition of them. `tw schedules apply` makes it so.
   */
  readonly assets?: AssetCondition | PartitionedAssets;
  /**
   * No run is about a time before this one. A Date, or ISO text; text without an offset is read on the clocks of the schedule's
   * time zone.
   */
  readonly startDate?: Date | string;
  /** The last logical date that is run, itself included: as `startDate`. Without it the DAG goes on. */
  readonly endDate?: Date | string;
  /** Whether intervals that went by unseen are run too, all of them; `false` (Airflow 3's default): the newest one. */
  readonly catchup?: boolean;
  /** Runs at a time; 16 by default, 1 with `continuous()`. */
  readonly maxActiveRuns?: number;
  /** So many runs that fail one after the other pause the DAG, with a note that says so; 0, the default: none do. */
  readonly maxConsecutiveFailedDagRuns?: number;
  /**
   * Whether it is paused when it is first seen: when its Schedule is made, or its first run asks for its turn. `tw dags unpause` lets
   * it go on. `false` by default.
   */
  readonly isPausedUponCreation?: boolean;
  /**
   * Task instances that run at a time within a run, from 1; the others are `queued`, and `priorityWeight` says who comes first.
   * Without it there is no limit (Airflow's default is 16): a task that waits costs no worker, and workers have slots of their own.
   */
  readonly maxActiveTasks?: number;
  /** What a run may be given: a zod object. With a schedule every param has a default, since a scheduled run is given nothing. */
  readonly params?: Params;
  readonly defaultArgs?: TryOptions;
  /** By when a run is to have ended, and whom to tell when it has not. */
  readonly deadline?: DeadlineOptions | readonly DeadlineOptions[];
  /** Time for a run, from its start. One that takes longer has failed: tasks that run then fail, the rest is skipped. Without it, for ever. */
  readonly dagrunTimeout?: Duration;
  /**
   * Whether the first task that fails ends the run: tasks that run then fail, the rest is skipped, and teardowns still run. As in
   * Airflow every task has the trigger rule `all_success` then.
   */
  readonly failFast?: boolean;
  /** One line. */
  readonly description?: string;
  /** Markdown. */
  readonly doc?: string;
  readonly tags?: readonly string[];
}
