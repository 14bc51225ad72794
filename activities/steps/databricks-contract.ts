/** A Databricks run that a task wants: once for each of its calls in a try, however often that is asked for. */
export interface StartDatabricksInput {
  /** `submit`: a one-time run; `run_now`: one of a job, whose name may stand in for its id. */
  readonly kind: 'submit' | 'run_now';
  /** By the names of the Jobs API, without the idempotency token. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly jobName: string | null;
  /** Names the call within the task, the same in every try: `notebook /Shared/clean_pin #1`. */
  readonly call: string;
  /** The execution that asks: Temporal's run id, and when it began, epoch milliseconds. */
  readonly execution: { readonly id: string; readonly since: number };
}

/** A Databricks run whose failed tasks are to run again. */
export interface RepairDatabricksInput {
  readonly runId: number;
  /** Repairs that it has had. */
  readonly repairs: number;
  /** What it was started with, by the names of the Jobs API. */
  readonly body: StartDatabricksInput['body'];
}

/** A Databricks run that was started, now or before. */
export interface StartedDatabricksRun {
  readonly runId: number;
  /** Its page in the workspace. */
  readonly pageUrl: string | null;
}

/** A task of a Databricks run that has ended. */
export interface DatabricksTaskEnd {
  readonly taskKey: string;
  readonly verdict: 'success' | 'retry' | 'failure';
  /** For people: states, termination code and message, and the notebook's error where it has one. */
  readonly text: string;
  /** What `dbutils.notebook.exit` was given; `null` where it was not called, or the task failed. */
  readonly output: string | null;
}

/** How a Databricks run ended. */
export interface DatabricksRunEnd extends StartedDatabricksRun {
  readonly verdict: 'success' | 'retry' | 'failure';
  readonly text: string;
  readonly tasks: readonly DatabricksTaskEnd[];
  /** Repairs that it has had. */
  readonly repairs: number;
}

/** What the pipeline's notebooks are told of where everything is. */
export interface NotebookPlace {
  readonly bucket: string;
  /** User of the topics. */
  readonly user: string;
}

/** Activities about Databricks. Each may be called again after a lost answer, and has the same effect. */
export interface DatabricksActivities {
  /** Where the pipeline's notebooks find their data, by the settings of the worker. */
  placeNotebooks(input: Readonly<Record<string, never>>): Promise<NotebookPlace>;
  /** Starts a Databricks run, or finds the one that an earlier attempt has started. */
  startDatabricksRun(input: StartDatabricksInput): Promise<StartedDatabricksRun>;
  /** How a Databricks run ended, with what its notebooks gave; `null`: it has not. */
  findDatabricksEnd(input: { readonly runId: number }): Promise<DatabricksRunEnd | null>;
  /** Has a Databricks run cancelled; `null`: it has not ended yet. In the end its states, for people. */
  cancelDatabricksRun(input: { readonly runId: number }): Promise<{ readonly text: string } | null>;
  /**
   * Runs the failed tasks of a Databricks run again, within it, unless it has had more than so many repairs by now; `false`: Databricks
   * refuses to, and the run has ended as it had.
   */
  repairDatabricksRun(input: RepairDatabricksInput): Promise<boolean>;
}
