import type { z } from 'zod';
import type { AssetCondition, AssetEvent } from './assets.ts';
import type { AssetPartitions } from './partitioned-assets.ts';
import type { DefinedList } from './map-list.ts';
import type { TaskError } from './outcome.ts';
import type { WeightRule } from './priority.ts';
import type { RunState, TaskState } from './states.ts';
import type { TriggerRule } from './trigger-rules.ts';
import type { Timetable } from './timetable.ts';

/** How a run came to be, by Airflow's names: by the DAG's timetable, by a person or another system, by a backfill, or by assets. */
export const runTypes = ['scheduled', 'manual', 'backfill', 'asset_triggered'] as const;

/** A run's type. */
export type RunType = (typeof runTypes)[number];

/** The stretch of time [start, end) whose data a run is about. Empty (start = end) when the DAG has no schedule. */
export interface DataInterval {
  readonly start: Date;
  readonly end: Date;
}

/** What a task knows of the run that it belongs to. The same for every try. */
export interface RunContext<Params = unknown> {
  readonly dagId: string;
  readonly runId: string;
  readonly runType: RunType;
  /** Airflow's logical date: the start of the data interval for a scheduled run, the run's own start for a manual one. */
  readonly logicalDate: Date;
  readonly dataInterval: DataInterval;
  readonly params: Params;
  /** The key of the partition that the run is about (Airflow's `dag_run.partition_key`), where it is about one. */
  readonly partitionKey?: string;
  /** Of a run that assets have started: the events that did, the oldest first. */
  readonly triggeringAssetEvents?: readonly AssetEvent[];
}

/** What a task's `run` is told beside its inputs. */
export interface TaskContext<Params = unknown> extends RunContext<Params> {
  readonly taskId: string;
  /** Index within a mapped task; -1 for a task that is not mapped. */
  readonly mapIndex: number;
  /** From 1. */
  readonly tryNumber: number;
  /** When this try began. */
  readonly startDate: Date;
}

/** What can happen to a task, each by the name of its callback: `failure` is told to `onFailureCallback`. */
export type TaskEventName = 'execute' | 'success' | 'failure' | 'retry' | 'skipped';

/** What happened to a task instance, as its callback is told. */
export interface TaskEvent extends RunContext {
  /**
   * `execute`: a try begins; `retry`: it failed and is to be followed by another; `failure`: it failed and was the last;
   * `success`; `skipped`: the task skipped itself. A task that does not run (by a choice or a trigger rule) has no event, as in Airflow.
   */
  readonly event: TaskEventName;
  readonly taskId: string;
  /** Index within a mapped task; -1 for a task that is not mapped. */
  readonly mapIndex: number;
  /** For people: the task's id, with the label of its map index. */
  readonly label: string;
  /** From 1. */
  readonly tryNumber: number;
  readonly state: TaskState;
  readonly error: TaskError | null;
  /** When the try began. */
  readonly startDate: Date;
  /** When it ended; `null` for `execute`. */
  readonly endDate: Date | null;
}

/** How a run ended, as its callback is told. */
export interface RunEvent extends RunContext {
  readonly event: 'run_success' | 'run_failure';
  readonly state: Extract<RunState, 'success' | 'failed'>;
  /** What failed, in a sentence. */
  readonly error: TaskError | null;
  readonly startDate: Date;
  readonly endDate: Date;
}

/** That a run has not ended by a deadline, as its callback is told. */
export interface DeadlineEvent extends RunContext {
  readonly event: 'deadline';
  readonly state: RunState;
  /** Which deadline was missed, in a sentence. */
  readonly error: TaskError;
  readonly deadline: Date;
}

/** What any callback is told. */
export type CallbackEvent = TaskEvent | RunEvent | DeadlineEvent;

/** By when a run is to have ended (Airflow's DeadlineAlert). */
export interface DeadlineDefinition {
  /**
   * When the run was queued; its logical date; an instant in epoch milliseconds; or when it would have taken as long as the runs
   * before it took on average, as many as `maxRuns`, no fewer than `minRuns`.
   */
  readonly reference: 'queuedAt' | 'logicalDate' | number | { readonly maxRuns: number; readonly minRuns: number };
  /** Milliseconds after the reference; negative: before. */
  readonly interval: number;
  readonly callbacks: readonly Callback<DeadlineEvent>[];
}

/**
 * Workflow code that is told of an event, and usually calls a notifier. It changes nothing: an error in it is logged and shown
 * beside the run, and neither task nor run waits for it, save that a run ends after its callbacks have (docs/operators.md).
 */
export type Callback<Event> = (event: Event) => unknown;

/** A task's callbacks by event; an event without one is left out. */
export type TaskCallbacks = Readonly<Partial<Record<TaskEventName, readonly Callback<TaskEvent>[]>>>;

/** A run's callbacks by event; an event without one is left out. */
export type RunCallbacks = Readonly<Partial<Record<RunEvent['event'], readonly Callback<RunEvent>[]>>>;

/** When a try that failed is followed by another. Times in milliseconds. */
export interface TryPolicy {
  /** Tries after the first. */
  readonly retries: number;
  readonly retryDelay: number;
  /** Factor by which the delay grows from one try to the next; 1 = it stays. */
  readonly retryBackoff: number;
  /** The delay grows no further than this. */
  readonly maxRetryDelay: number;
  /** A try that takes longer is cancelled and has failed; `null` = no limit. */
  readonly executionTimeout: number | null;
  /** What becomes of a try's error, while tries are left; without it every error is tried again. */
  readonly retryPolicy?: (error: TaskError) => RetryDecision;
}

/** What becomes of a try that failed: tried again after the usual delay, after one of its own (milliseconds), or not at all. */
export type RetryDecision = 'retry' | 'fail' | { readonly delay: number };

/** What a task is, beside one that does some work. */
export type TaskKind = 'branch' | 'short_circuit' | 'latest_only' | 'setup' | 'teardown';

/** One task of a definition. Mapped when it has `items`, or a `list`. What a task does not have is left out. */
export interface TaskDefinition extends TryPolicy {
  readonly id: string;
  readonly kind?: TaskKind;
  /** Inputs: name to id of the task that gives it. */
  readonly needs: Readonly<Record<string, string>>;
  /** Inputs that are the item itself: their names. */
  readonly itemInputs?: readonly string[];
  /** Every task that it depends on, by data or by order, each once. */
  readonly upstream: readonly string[];
  /** Words on the edges from tasks that it depends on, by their ids. */
  readonly edgeLabels?: Readonly<Record<string, string>>;
  /** A teardown's is `all_done`, and besides one of its setups has to have succeeded. */
  readonly triggerRule: TriggerRule;
  /** The list that a mapped task runs over, an index an item; `null` for a task that is not mapped, or over results. */
  readonly items: readonly unknown[] | null;
  /** Names the indexes of a mapped task for people; the index's number where it is left out. */
  readonly labels: readonly string[] | null;
  /** Of a task that is mapped over results: the list, as far as it is known without them. */
  readonly list?: DefinedList;
  /** Of a task that is mapped over results: names an index. */
  readonly labelOf?: (item: unknown, index: number) => string;
  /** Of a mapped task: how many of its indexes run at a time within a run. */
  readonly maxActiveTisPerDagrun?: number;
  /** Where its activities run, when it is not the queue `default`. */
  readonly queue?: string;
  /** How much it weighs where tasks wait for a slot; 1 where it is left out, by the rule `downstream`. */
  readonly priorityWeight?: number;
  readonly weightRule?: WeightRule;
  /** Names of the assets that it makes. */
  readonly outlets?: readonly string[];
  /** The pool that it needs slots of, and how many; one where it is left out. */
  readonly pool?: string;
  readonly poolSlots?: number;
  /** How many of its instances run at a time over all runs of the DAG. */
  readonly maxActiveTisPerDag?: number;
  /** Whether the same task of the run before has to have succeeded, or to have been skipped. */
  readonly dependsOnPast?: true;
  /** Whether the tasks directly below that one have to have, too. */
  readonly waitForDownstream?: true;
  /** Of a branch: each choice as it is written, and the ids of the tasks that are followed by it. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** Of a short circuit that skips only what is directly below it. */
  readonly ignoreDownstreamTriggerRules?: false;
  /** Of a teardown whose failure is the run's. */
  readonly onFailureFailDagrun?: true;
  /** The innermost group that it is in. */
  readonly group?: string;
  /** The mapped group that it is in, whose tasks have the same indexes: one of them knows only the same one of the others. */
  readonly mappedGroup?: string;
  readonly callbacks?: TaskCallbacks;
  readonly doc: string;
  /** Workflow code: is given the item (of a mapped task), the inputs and the context. */
  readonly run: (item: unknown, inputs: Readonly<Record<string, unknown>>, context: TaskContext) => unknown;
}

/** Whether a task runs once an item of a list. */
export function isMapped({ items, list }: Pick<TaskDefinition, 'items' | 'list'>): boolean {
  return items !== null || list !== undefined;
}

/** A group of tasks, for people. */
export interface GroupDefinition {
  readonly id: string;
  /** The group that it is in; `null` for one that is in none. */
  readonly parent: string | null;
  readonly tooltip: string;
}

/** A DAG: checked, complete with defaults, deeply frozen, the same in every process. */
export interface DagDefinition<Params = unknown> {
  /** DAG id = workflow type = name of the export. */
  readonly id: string;
  readonly description: string;
  readonly doc: string;
  readonly tags: readonly string[];
  /** When it runs by itself; `null` = only when somebody asks. */
  readonly timetable: Timetable | null;
  /** Bounds of the automatic runs in epoch milliseconds, both inclusive; absent: none. */
  readonly startDate?: number;
  readonly endDate?: number;
  /** Which assets start a run. */
  readonly assets?: AssetCondition;
  /** Of a DAG that is started for each partition of them. */
  readonly assetPartitions?: AssetPartitions;
  readonly catchup: boolean;
  readonly maxActiveRuns: number;
  /** So many runs that fail in a row pause it; absent: none do. */
  readonly maxConsecutiveFailedDagRuns?: number;
  /** Whether it is paused from the start, until somebody lets it go on. */
  readonly isPausedUponCreation?: true;
  /** Task instances that run at a time within a run; absent: no limit. */
  readonly maxActiveTasks?: number;
  readonly callbacks?: RunCallbacks;
  readonly deadlines?: readonly DeadlineDefinition[];
  /** Milliseconds from a run's start after which it is ended, and has failed. */
  readonly dagrunTimeout?: number;
  /** Whether the first task that fails ends the run. */
  readonly failFast?: true;
  readonly params: z.ZodObject & z.ZodType<Params>;
  /** In a topological order: that in which they were defined, where it is one. */
  readonly tasks: readonly TaskDefinition[];
  readonly groups: readonly GroupDefinition[];
  /** What is allowed, but hardly meant: sentences for people. */
  readonly warnings: readonly string[];
}
