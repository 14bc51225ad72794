/** A notebook to run, once: a task's run, as the REST server hands it over. */
export interface NotebookOrder {
  /** Id of the task's run; unique in the life of a state. */
  readonly runId: number;
  /** Absolute workspace path without extension, as Databricks names notebooks: `/Users/ada/clean_pin`. */
  readonly notebookPath: string;
  /** The notebook's file on disk: SOURCE (`.py` text) or Jupyter (`.ipynb`), told apart by its content. */
  readonly notebookFile: string;
  /** Values of widgets. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Cluster that runs it. */
  readonly clusterId: string;
  /** Whom the notebook sees as its user. */
  readonly userName: string;
  /** Requirements for pip, installed for this run alone. */
  readonly libraries: readonly string[];
  /** NDJSON of cells, appended to while the notebook runs: {@link NotebookLogLine}. Its folder exists. */
  readonly logFile: string;
}

/** A line of {@link NotebookOrder.logFile}. Values of secrets are written as `[REDACTED]`. */
export interface NotebookLogLine {
  /** ISO time, UTC. */
  readonly at: string;
  /** Number of the cell, from 0; `undefined` for what belongs to none. */
  readonly cell?: number;
  /** Notebook of the cell when `%run` brought it in. */
  readonly notebook?: string;
  /** A cell begins (text: its first lines), prints, shows a result, fails, ends; a note of the runner. */
  readonly kind: 'begin' | 'output' | 'result' | 'error' | 'end' | 'note';
  readonly text: string;
}

/** How a notebook ended. */
export type NotebookEnd =
  | {
      readonly state: 'success';
      /** What `dbutils.notebook.exit` was given; `undefined` when the notebook came to its end without. */
      readonly exit: string | undefined;
    }
  | {
      readonly state: 'failed';
      /** Type and message, as Databricks shows it: `ZeroDivisionError: division by zero`. No secrets. */
      readonly error: string;
      /** Python's traceback with the cell's lines. No secrets. */
      readonly trace: string;
      /** Number of the failed cell, from 0; `undefined` when no cell failed (a stream did, or the notebook cannot be read). */
      readonly cell: number | undefined;
    }
  | { readonly state: 'canceled' };

/** States of a cluster, of Databricks' set. */
export type ClusterState = 'TERMINATED' | 'PENDING' | 'RUNNING';

/** What runs notebooks. The REST server knows runs and jobs, and nothing of how a notebook is executed. */
export interface NotebookEngine {
  /**
   * Runs a notebook to its end. Rejects only when the engine itself is broken (its driver was lost, or does not start): the
   * run's end is then INTERNAL_ERROR with DRIVER_ERROR, and the next run gets a new driver. Abort: what runs the notebook
   * is killed, its Spark jobs and streams are ended, and only then it resolves as canceled.
   */
  readonly run: (order: NotebookOrder, signal: AbortSignal) => Promise<NotebookEnd>;
  readonly clusterState: (clusterId: string) => ClusterState;
  /** Resolves when the cluster takes runs. Idempotent. Rejects when it does not start. */
  readonly startCluster: (clusterId: string) => Promise<void>;
  /** Ends everything that the engine started; runs in progress reject. Idempotent. */
  readonly close: () => Promise<void>;
}

/** What a running notebook may ask of the server: workspace and secrets are its own. */
export interface NotebookHost {
  /** File of a notebook by absolute workspace path, for `%run` and `dbutils.notebook.run`; `undefined` when there is none. */
  readonly findNotebook: (path: string) => Promise<string | undefined>;
  /** Value of a secret; `undefined` when there is none. */
  readonly secret: (scope: string, key: string) => Promise<string | undefined>;
  /** Keys by scope. */
  readonly secretKeys: () => Promise<Readonly<Record<string, readonly string[]>>>;
}
