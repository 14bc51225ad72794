import { defineQuery } from '@temporalio/workflow';
import type { TaskError } from '../../dag/outcome.ts';
import type { RunState, TaskState } from '../../dag/states.ts';
import type { TriggerRule } from '../../dag/trigger-rules.ts';
import type { RunContext, RunType } from '../../dag/definition.ts';
import type { CallbackTrouble } from './callbacks.ts';
import { instantText } from './search-attributes.ts';
import type { TaskWait, TryRecord } from './task-record.ts';

/** A run's graph, as it runs. */
export interface RunGraph {
  readonly dagId: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly upstream: readonly string[];
    readonly triggerRule: TriggerRule;
    /** Names of the map indexes; `null` for a task that is not mapped. */
    readonly labels: readonly string[] | null;
  }[];
}

/** Where one task instance is. Times are epoch milliseconds: of its first try's start, of its end. */
export interface TaskStatus {
  readonly taskId: string;
  readonly mapIndex: number;
  /** For people: the task's id, with the label of its map index. */
  readonly label: string;
  readonly state: TaskState;
  /** Of the try that runs or was the last; 0 before the first. */
  readonly tryNumber: number;
  readonly start: number | null;
  readonly end: number | null;
  readonly error: TaskError | null;
  /** What it waits for; only where it waits. */
  readonly wait?: TaskWait;
}

/** Where a run is, task by task, in the order of the definition. Times are ISO 8601, UTC. */
export interface RunStatus {
  readonly dagId: string;
  readonly runId: string;
  readonly runType: RunType;
  readonly logicalDate: string;
  readonly dataInterval: { readonly start: string; readonly end: string };
  /** Key of the partition that it is about, where it is about one. */
  readonly partitionKey?: string;
  readonly state: RunState;
  readonly tasks: readonly TaskStatus[];
  /** Where the next page begins; absent: this was the last one. */
  readonly next?: number;
  /** What went wrong in callbacks; only where something did. */
  readonly callbackTroubles?: readonly CallbackTrouble[];
}

/** Which task's tries or result are asked for; `mapIndex` -1 or absent: of a task that is not mapped. */
export interface TaskAddress {
  readonly taskId: string;
  readonly mapIndex?: number;
}

/** Asks a run for its graph. */
export const graphQuery = defineQuery<RunGraph>('graph');

/** Task instances that one answer tells of. */
const statesPage = 3_000;

/** Characters of them, about: an answer of 2 MB is refused, and errors may be long. */
const mostCharacters = 600_000;

/** Which page of a run's task instances is asked for; without it the first one. */
export interface StatesPage {
  /** Place of its first one, from 0: the `next` of the page before. */
  readonly from?: number;
  /** How many are told of at most; as many as one message holds by default. */
  readonly limit?: number;
}

/** Asks a run where its tasks are. A run of many task instances answers in pages. */
export const statesQuery = defineQuery<RunStatus, [page?: StatesPage | null]>('states');

/** Where a run is, with a page of its task instances. */
export function statusOfRun(
  { dagId, runId, runType, logicalDate, dataInterval, partitionKey }: RunContext,
  state: RunState,
  instances: readonly { readonly status: () => TaskStatus }[],
  page: StatesPage | null | undefined,
): RunStatus {
  const from = page?.from ?? 0;
  const tasks: TaskStatus[] = [];
  let characters = 0;
  for (const { status } of instances.slice(from, from + (page?.limit ?? statesPage))) {
    const one = status();
    characters += sizeOf(one);
    if (tasks.length > 0 && characters > mostCharacters) break;
    tasks.push(one);
  }
  const end = from + tasks.length;
  return {
    dagId,
    runId,
    runType,
    logicalDate: instantText(logicalDate),
    dataInterval: { start: instantText(dataInterval.start), end: instantText(dataInterval.end) },
    ...(partitionKey !== undefined && { partitionKey }),
    state,
    tasks,
    ...(end < instances.length && { next: end }),
  };
}

function sizeOf({ label, error, wait }: TaskStatus): number {
  const said = error === null ? 0 : error.type.length + error.message.length;
  return 200 + 2 * label.length + said + (wait === undefined ? 0 : JSON.stringify(wait).length);
}

/** Asks a run for the tries of a task, first one first. */
export const triesQuery = defineQuery<readonly TryRecord[], [TaskAddress]>('tries');

/** Asks a run for the result of a task (Airflow's XCom); an error when it has none. */
export const resultQuery = defineQuery<unknown, [TaskAddress]>('result');
