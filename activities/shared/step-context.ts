import type { StoredValues } from './stored-value.ts';

/** Where in which run a step is, as every log line and every record of it names it. */
export interface StepPlace {
  /** DAG id = workflow type. */
  readonly dagId: string;
  /** Run id = workflow id; names the run's folder in object storage. */
  readonly runId: string;
  /** Task id in the DAG. */
  readonly taskId: string;
  /** Index within a mapped task; -1 for a task that is not mapped (as in Airflow). */
  readonly mapIndex: number;
  /** Airflow's try number, from 1. */
  readonly tryNumber: number;
  /** Temporal's attempt within the try, from 1. */
  readonly attempt: number;
}

/** Structured logger: fields first, then a sentence. The place is on every line already. */
export interface StepLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/**
 * What a running step is told and may tell, so that a step is a function of ports and can be tried without an engine.
 * The worker makes it from Temporal's activity context.
 */
export interface StepContext {
  readonly place: StepPlace;
  readonly log: StepLog;
  /** Aborts when the run is cancelled, the try's time is over, or the worker drains. Pass it to every call that waits. */
  readonly signal: AbortSignal;
  /** What the attempt before this one last gave to {@link heartbeat}, or `undefined`. Never trust its shape: parse it. */
  readonly resumed: unknown;
  /** Where values go that are too large for a result: what stands for one is handed on instead. */
  readonly values: StoredValues;
  /** Keeps a cursor (small, JSON) for the next attempt. Cheap; call it as often as there is progress. */
  heartbeat(cursor: unknown): void;
}
