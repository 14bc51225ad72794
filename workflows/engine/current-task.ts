import { IllegalStateError } from '@temporalio/common';
import { AsyncLocalStorage, inWorkflowContext } from '@temporalio/workflow';
import type { PokePolicy } from '../../dag/poke-policy.ts';
import type { AssetEvent } from '../../dag/assets.ts';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import type { IntervalText } from '../../dag/given-interval.ts';
import type { IndexEnd } from '../../dag/part-end.ts';
import type { PoolSlots } from './slot-order.ts';
import type { RunDesk } from './run-desk.ts';
import type { TaskWait } from './task-record.ts';

/** The try that the code now running belongs to: what its activities, timers and log lines are marked with. */
export interface CurrentTask {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly tryNumber: number;
  /** For people: the task's id, with the label of its map index. */
  readonly label: string;
  /** Where its activities run, when it is not the queue `default`. */
  readonly queue?: string | undefined;
  readonly work: TryWork;
  /** The run that it belongs to. */
  readonly run: RunContext;
  readonly host: TaskHost;
  readonly waiting: Waiting;
  /** Set while a sensor pokes: the activities that it calls are pokes. */
  readonly poke?: Poke;
  /** Set in a callback: told of what went wrong in it without having failed it. */
  readonly onTrouble?: (thrown: unknown) => void;
}

/**
 * What runs tasks: a Temporal workflow, or a test in plain Node (testing/). Tasks, tries, callbacks and operators ask it for time,
 * cancellation and the outside, and know no other door to them.
 */
export interface TaskHost {
  /** Epoch milliseconds of the run's clock. */
  readonly now: () => number;
  /** The execution: Temporal's run id, and when it began, epoch milliseconds. Of a part of a long map its own. */
  readonly execution: () => { readonly id: string; readonly since: number };
  /** Ends after so many milliseconds, or rejects when the caller's scope is cancelled. `summary` is for people. */
  readonly sleep: (ms: number, summary: string) => Promise<void>;
  /** Opens a scope below the caller's: what is begun within it can be cancelled by itself. */
  readonly openScope: () => HostScope;
  /** Opens a scope that no cancellation reaches. */
  readonly openShield: () => HostScope;
  /** Remembers the caller's scope: what it returns runs code in it, outside of tasks. */
  readonly home: () => (work: () => void) => Promise<void>;
  /** Watches limits, in the caller's scope. `onDefect` is told of what should never happen; `summary` names their timer. */
  readonly watchDeadlines: (onDefect: (error: unknown) => void, summary?: string) => Deadlines;
  /** Rejects when the caller's scope is cancelled; else it never settles. */
  readonly cancelled: () => Promise<never>;
  /** Runs a function so that all it starts knows its task. */
  readonly within: <Result>(task: CurrentTask, run: () => Result) => Result;
  /** Where the run's questions are answered and its signals arrive. */
  readonly desk: (run: RunContext) => RunDesk;
  /** Starts a run of a DAG; `undefined` where there is one of its id already. It is nobody's to cancel: it outlives its caller. */
  readonly startRun: (order: RunOrder) => Promise<StartedRun | undefined>;
  /** Tells of assets that a task has made. */
  readonly tellAssets: (made: readonly MadeAsset[]) => Promise<void>;
  /** Opens the run's way to its pools, once a run. `onDefect` is told when a pool cannot be asked at all. */
  readonly openPoolSlots: (onDefect: (error: unknown) => void) => PoolSlots;
  /** Ends when a task may run as far as the run before is concerned (`dependsOnPast`); absent: there are no other runs. */
  readonly untilPastIsDone?: (order: PastOrder, definition: DagDefinition, run: RunContext) => Promise<void>;
  /**
   * Whether the run goes by a change of the engine: not where its history was written before that. Asked where it makes a difference
   * alone, since the answer stands in the history.
   */
  readonly patched: (change: string) => boolean;
  /** Logs what is as it should be, and worth knowing, of the caller's task. */
  readonly info: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Logs a warning of the caller's task. */
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Runs indexes of a long map outside of the run; absent: they run in it. */
  readonly runPart?: RunPart;
}

/** Runs a part of a long map, in the caller's scope, and ends when it has. It fails when that cannot be known. */
export type RunPart = (part: Part, run: RunContext) => Promise<EndedPart>;

/** Some indexes of a long map. */
export interface Part {
  readonly taskId: string;
  readonly mapIndexes: readonly number[];
  /** One an index; `null` where the definition has them. */
  readonly items: readonly unknown[] | null;
  /** What every index is given of the tasks that it needs. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Indexes at a time; `null`: all. */
  readonly most: number | null;
  /** Tries that an index has had before, and the number of the last one that it may have, less one; where it had any. */
  readonly triedBefore: readonly (readonly [mapIndex: number, tries: number, maxTries: number])[];
  /** Whether its results are needed. */
  readonly wantsResults: boolean;
}

/** A part that has ended, one entry an index. */
export interface EndedPart {
  readonly ends: readonly IndexEnd[];
  /** Key of its record; `null` when that could not be kept. */
  readonly key: string | null;
  /** Where they are needed. */
  readonly results?: readonly unknown[];
}

/** An asset that a try of a task has made. */
export type MadeAsset = Omit<AssetEvent, 'id'> & { readonly tryNumber: number };

/** What can be cancelled as a whole. */
export interface HostScope {
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly cancel: () => void;
  /** Opens a scope below it. */
  readonly openScope: () => HostScope;
}

/** A run that a task starts. */
export interface RunOrder {
  readonly dagId: string;
  readonly runId: string;
  /** Its params, as any trigger gives them. */
  readonly conf: unknown;
  /** What it is about, where the caller says it. */
  readonly logicalDate: Date | undefined;
  /** Without it, what its timetable infers from the logical date. */
  readonly dataInterval: IntervalText | undefined;
  /** Key of the partition that it is about; absent: its timetable's word. */
  readonly partitionKey?: string | undefined;
  /** Whether it may start where a run of that id has ended: as another attempt of that run. */
  readonly again: boolean;
}

/** A task that waits for the run before, and those below it that it waits for, too. */
export interface PastOrder {
  readonly taskId: string;
  readonly downstream: readonly string[];
}

/** How a run ended. */
export interface RunEnding {
  readonly state: 'success' | 'failed';
  /** Why it failed, for people. */
  readonly message: string | undefined;
}

/** A run that was started. */
export interface StartedRun {
  /** How it ended, once it has. Never rejects. */
  readonly ended: Promise<RunEnding>;
}

/** Watches the limits of all tries of a run (in a workflow with one timer, since most of them are never reached). */
export interface Deadlines {
  /** Calls back when the limit (milliseconds from now) is over, unless the function that it returns was called before. */
  readonly watch: (limit: number, onLate: () => void) => () => void;
}

/** How an operator tells that its try waits: what it says stands in the run's states and on its page. */
export interface Waiting {
  /** Start of the task's first try, epoch milliseconds: a sensor's timeout counts from there. */
  readonly since: number;
  /**
   * Begins a wait; call what it returns when it is over, however it ended, and await what that gives, if it gives something: a task that
   * holds slots of pools has given them back meanwhile, and goes on when it has them again.
   */
  readonly begin: (wait: TaskWait) => () => Promise<void> | undefined;
  /** Calls back after so many milliseconds, by the run's one timer for limits (deadlines.ts); call what it returns to give it up. */
  readonly watch: (limit: number, onLate: () => void) => () => void;
  /** The try's executionTimeout in milliseconds, which bounds a single poke; `null` = none. */
  readonly executionTimeout: number | null;
}

/** How a sensor's activities are made. */
export interface Poke {
  readonly policy: PokePolicy;
  /** Milliseconds that one poke may take; `null` = no limit. */
  readonly limit: number | null;
}

/** What a try has begun and what has not ended yet. */
export interface TryWork {
  activities: number;
  timers: number;
  /** Called once, when the last of the activities ends. */
  onIdle: (() => void) | undefined;
}

/** Counts an activity or a timer of a try until it has ended; `onEnd` is told then. */
export function followWork<Result>(
  work: TryWork,
  kind: 'activities' | 'timers',
  promise: Promise<Result>,
  onEnd?: () => void,
): Promise<Result> {
  work[kind]++;
  const ended = (): void => {
    work[kind]--;
    onEnd?.();
    if (work.activities > 0 || work.onIdle === undefined) return;
    const { onIdle } = work;
    work.onIdle = undefined;
    onIdle();
  };
  promise.then(ended, ended);
  return promise;
}

/**
 * Made with the module, which a worker evaluates once for all runs (workers/bundle.ts): one made during a run would end
 * with that run, for the others, too. In a script, which has no tasks, it is a storage of nothing.
 */
const storage = new AsyncLocalStorage<CurrentTask | undefined>();

/** Runs a function so that all it starts knows its task. */
export function withinTask<Result>(task: CurrentTask, run: () => Result): Result {
  return storage.run(task, run);
}

/** Runs a function so that what it starts belongs to the run, not to the task whose code calls it. */
export function outsideTasks<Result>(run: () => Result): Result {
  return storage.run(undefined, run);
}

/** The try that the caller belongs to; `undefined` outside of tasks. */
export function currentTask(): CurrentTask | undefined {
  return storage.getStore();
}

/** What stands in for a workflow where there is none. */
export interface Outside {
  /** The try that the caller belongs to. */
  readonly task: () => CurrentTask | undefined;
  /** Calls an activity; `undefined` when the caller belongs to no try. */
  readonly activity: (role: string, name: string, args: readonly unknown[]) => Promise<unknown> | undefined;
}

/** Set once, by testing/, in a process that runs no workflows: a worker's runs share this module. */
let outside: Outside | undefined;

/** Lets tasks run outside of workflows; see testing/. */
export function runTasksOutside(standIn: Outside): void {
  outside = standIn;
}

/** What stands in for a workflow; `undefined` inside of one, and where nothing does. */
export function outsideOfWorkflows(): Outside | undefined {
  return inWorkflowContext() ? undefined : outside;
}

/** The try that an operator was called in; throws outside of a task's `run`. `operator` is the name of the caller. */
export function taskOfOperator(operator: string): CurrentTask {
  const task = inWorkflowContext() ? currentTask() : outside?.task();
  if (task === undefined) throw new IllegalStateError(`${operator}() works inside a task's run alone: call it there`);
  return task;
}

/** A task, and the index of it when it is mapped, for people: `clean[pin]`. */
export function taskLabel(taskId: string, mapLabel: string | undefined): string {
  return mapLabel === undefined ? taskId : `${taskId}[${mapLabel}]`;
}
