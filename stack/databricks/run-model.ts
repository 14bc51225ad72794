import type { JsonObject } from './fields.ts';
import type { TaskSpec } from './task-spec.ts';

/** States in which a run or a task of one is over. */
export const finalStates = ['TERMINATED', 'SKIPPED', 'INTERNAL_ERROR'] as const;

/** One of {@link finalStates}. */
export type FinalState = (typeof finalStates)[number];

/** How a run or a task of one ended, in the API's words. */
export interface RunEnd {
  readonly lifeCycleState: FinalState;
  /** `SUCCESS`, `FAILED`, `TIMEDOUT`, `CANCELED` and others; the service leaves it out of some ends. */
  readonly resultState?: string | undefined;
  /** Termination code: `RUN_EXECUTION_ERROR`. */
  readonly code: string;
  /** `SUCCESS`, `CLIENT_ERROR`, `CLOUD_FAILURE` or `INTERNAL_ERROR`. */
  readonly type: string;
  readonly message: string;
  /** What `dbutils.notebook.exit` was given. */
  readonly exit?: string | undefined;
  readonly error?: string | undefined;
  readonly trace?: string | undefined;
}

/** Who ended a run, or a task of one, before its end. */
export type CancelReason = 'user' | 'timeout';

/** One attempt at a task. Times are milliseconds since 1970. */
export interface TaskRun {
  readonly runId: number;
  readonly taskKey: string;
  /** From 0. */
  readonly attempt: number;
  /** The repair that asked for it. */
  readonly repairId?: number | undefined;
  readonly createdAt: number;
  /** Before this an attempt after a failed one does not begin. */
  readonly notBefore?: number | undefined;
  readonly begunAt?: number | undefined;
  /** Cluster that runs it. */
  readonly clusterId?: string | undefined;
  /** Widgets, as they were handed to the notebook. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly cancel?: CancelReason | undefined;
  readonly endedAt?: number | undefined;
  readonly end?: RunEnd | undefined;
}

/** A job parameter of a run. */
export interface JobParameter {
  readonly name: string;
  readonly default: string;
  readonly value?: string | undefined;
}

/** A repair of a run. */
export interface Repair {
  readonly repairId: number;
  readonly at: number;
  readonly taskRunIds: readonly number[];
}

/** A run with its tasks. */
export interface Run {
  readonly runId: number;
  /** A submitted run has a job id of its own, as on Databricks. */
  readonly jobId: number;
  readonly type: 'JOB_RUN' | 'SUBMIT_RUN';
  /** Asked for in the form without tasks, and shown in it. */
  readonly flat: boolean;
  readonly name: string;
  readonly creator: string;
  readonly createdAt: number;
  readonly tasks: readonly TaskSpec[];
  /** Seconds; 0: none. */
  readonly timeoutSeconds: number;
  readonly jobParameters: readonly JobParameter[];
  /** Parameters of run-now or of a repair that go to every notebook. */
  readonly notebookParams: Readonly<Record<string, string>>;
  /** Fields of the request that are shown again and change nothing here. */
  readonly shown: JsonObject;
  readonly token?: string | undefined;
  /** Waits for its turn among the runs of its job. */
  readonly held: boolean;
  readonly cancel?: CancelReason | undefined;
  /** Every attempt at every task, oldest first; the last one of a task counts. */
  readonly taskRuns: readonly TaskRun[];
  readonly repairs: readonly Repair[];
  /** When the last of its tasks ended; `undefined` while it goes on. */
  readonly endedAt?: number | undefined;
}

/** A job. */
export interface Job {
  readonly jobId: number;
  readonly creator: string;
  readonly createdAt: number;
  /** Settings as the API has them. */
  readonly settings: JsonObject;
}

/** What happens to jobs and runs: the lines of the log, from which all else follows. */
export type BookEvent =
  | { readonly kind: 'numbers'; readonly next: number }
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'job-deleted'; readonly jobId: number }
  /** A new run, or (after a compaction) a run as it is. */
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'released'; readonly runId: number }
  | {
      readonly kind: 'begun';
      readonly runId: number;
      readonly taskRunId: number;
      readonly at: number;
      readonly clusterId: string;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'ended';
      readonly runId: number;
      readonly taskRunId: number;
      readonly at: number;
      readonly end: RunEnd;
    }
  /** Another attempt at a task. */
  | { readonly kind: 'attempt'; readonly runId: number; readonly taskRun: TaskRun }
  | {
      readonly kind: 'repaired';
      readonly runId: number;
      readonly repair: Repair;
      readonly taskRuns: readonly TaskRun[];
      readonly jobParameters: readonly JobParameter[];
      readonly notebookParams: Readonly<Record<string, string>>;
    }
  /** `taskRunId`: one task alone. */
  | {
      readonly kind: 'cancel';
      readonly runId: number;
      readonly taskRunId?: number | undefined;
      readonly reason: CancelReason;
    }
  | { readonly kind: 'deleted'; readonly runId: number }
  /** A token whose run is deleted: it stays taken. */
  | { readonly kind: 'token'; readonly token: string };

/** The attempt at each task that counts, in the order of the tasks. */
export function currentTaskRuns(run: Run): readonly TaskRun[] {
  const last = new Map(run.taskRuns.map((taskRun) => [taskRun.taskKey, taskRun]));
  return run.tasks.flatMap(({ task_key: key }) => last.get(key) ?? []);
}
