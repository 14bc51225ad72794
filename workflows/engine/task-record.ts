import type { TaskDefinition } from '../../dag/definition.ts';
import type { TaskError } from '../../dag/outcome.ts';
import type { TaskState } from '../../dag/states.ts';

/** One try of one task instance. Times are epoch milliseconds of the workflow's clock. */
export interface TryRecord {
  readonly tryNumber: number;
  readonly start: number;
  readonly end: number | null;
  readonly state: TaskState;
  readonly error: TaskError | null;
}

/**
 * States in which a task instance waits for something outside, by Airflow's names; `scheduled`: for the run before; `queued`: for slots of
 * a pool.
 */
export type WaitState = Extract<
  TaskState,
  'scheduled' | 'queued' | 'up_for_reschedule' | 'deferred' | 'awaiting_input'
>;

/** What a task instance waits for, as pages and verbs tell it. */
export interface TaskWait {
  readonly state: WaitState;
  /** For people, after the state: `until 2026-03-01T06:00:00Z`. */
  readonly what: string;
  /** What a person is asked; of `awaiting_input` alone. */
  readonly question?: Question;
}

/** What a person is asked, and what the update `answer` may bring. */
export interface Question {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly subject: string;
  /** Markdown. */
  readonly body?: string;
  readonly options: readonly string[];
  /** Whether an answer may have more than one option. */
  readonly multiple: boolean;
}

/** What a run knows of one task instance: its tries and, in the end, its result. */
export interface TaskRecord {
  readonly taskId: string;
  readonly mapIndex: number;
  /** Name of the map index for people; `undefined` for a task that is not mapped. */
  mapLabel: string | undefined;
  readonly tries: TryRecord[];
  /** The number of the last try that it may have, less one: its retries, counted on from each clear. */
  maxTries: number;
  /** Of one that ended in an earlier attempt of the run: whether its result, where it has one, is here or in the ledger alone. */
  kept?: 'here' | 'away' | undefined;
  /** Of an index of a long map that has ended: key of its part's record, which has its result. */
  partKey?: string | undefined;
  value: unknown;
  error: TaskError | null;
  /** Skipped since its run ended before its time, and not by what the DAG decided. */
  abandoned?: true | undefined;
  /** What the try that runs waits for, if it waits. */
  wait?: TaskWait | undefined;
}

/** What is known of a task instance before its first try. */
export function newRecord(
  { id: taskId, retries: maxTries }: Pick<TaskDefinition, 'id' | 'retries'>,
  mapIndex: number,
  mapLabel: string | undefined,
): TaskRecord {
  return { taskId, mapIndex, mapLabel, tries: [], maxTries, value: undefined, error: null };
}
