import type { Verdict } from './verdict.ts';

/** JSON as the Jobs API takes it, by the API's own names. */
export type ApiObject = Readonly<Record<string, unknown>>;

/** A run as the API tells it. */
export interface DatabricksRun {
  readonly runId: number;
  /** Page of the run in the workspace; `null` where the API tells none. */
  readonly pageUrl: string | null;
  /** Absent while the run goes on. */
  readonly verdict?: Verdict;
  /** For people: states, termination code and message. */
  readonly stateText: string;
  /** Whether it goes on only to come to its end: it is being cancelled, or cleans up. */
  readonly isEnding: boolean;
  readonly tasks: readonly DatabricksTaskRun[];
  /** Ids of the repairs that there were, the oldest first. */
  readonly repairIds: readonly number[];
  /** What a job's run was started with. */
  readonly jobParameters: Readonly<Record<string, string>>;
}

/** A task of a run: of several attempts of one task the last. */
export interface DatabricksTaskRun {
  readonly taskKey: string;
  readonly runId: number;
  readonly verdict?: Verdict;
  readonly stateText: string;
}

/** What a notebook's run left. */
export interface DatabricksOutput {
  /** What `dbutils.notebook.exit` was given; `null` where it was not called. */
  readonly result: string | null;
  /** Whether the API has cut it off. */
  readonly isTruncated: boolean;
  /** The error in a line; `null` where there was none. */
  readonly error: string | null;
}

/**
 * A Databricks workspace (Jobs API 2.2, Workspace API 2.0). Every method throws an AdapterError with system `databricks`; what was
 * throttled, or met bad weather, says so, and has been tried again some times already.
 */
export interface Databricks {
  /** Starts a one-time run. A second call with the same `idempotency_token` gives the same run. */
  submit(body: ApiObject, signal: AbortSignal): Promise<number>;
  /** Starts a run of a job. A second call with the same `idempotency_token` gives the same run. */
  runNow(body: ApiObject, signal: AbortSignal): Promise<number>;
  /** Id of the one job of a name; `not_found` where there is none, `invalid` where there are more. */
  jobIdOf(name: string, signal: AbortSignal): Promise<number>;
  /** Where a run is, with all its tasks. */
  run(runId: number, signal: AbortSignal): Promise<DatabricksRun>;
  /** What a task's run left. */
  output(taskRunId: number, signal: AbortSignal): Promise<DatabricksOutput>;
  /** Asks for a run's end; it has ended when {@link run} says so. Does nothing where it has ended. */
  cancel(runId: number, signal: AbortSignal): Promise<void>;
  /** Runs the failed tasks of a run that has ended again, within it. */
  repair(body: ApiObject, signal: AbortSignal): Promise<void>;
  /** Makes a folder, and those that it is in; does nothing where it is there. */
  makeFolder(path: string, signal: AbortSignal): Promise<void>;
  /** Writes a notebook in source format, over the one that is there. */
  importNotebook(notebook: { readonly path: string; readonly content: string }, signal: AbortSignal): Promise<void>;
  /** A notebook's source; `undefined` where there is none. */
  exportNotebook(path: string, signal: AbortSignal): Promise<string | undefined>;
  /** A cluster's state: `RUNNING`, `TERMINATED`, …; `not_found` where there is none, or we may not see it. */
  clusterState(clusterId: string, signal: AbortSignal): Promise<string>;
  /** Lists a run, if only to see that we may. */
  listRuns(signal: AbortSignal): Promise<void>;
  /** Who we are in the workspace. */
  userName(signal: AbortSignal): Promise<string>;
}
