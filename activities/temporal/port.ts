import type { Rerun } from '../../dag/kept.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import type { Ticket } from '../../dag/turns.ts';

/** A run asks for its turn. What the DAG says of its runs comes along, so that a controller knows the newest code's word. */
export interface TurnRequest extends Ticket {
  readonly dagId: string;
  readonly maxActiveRuns: number;
}

/** What a run is told: to begin, or why it waits. When its turn comes, the controller sends it the signal `turn`. */
export type Turn =
  { readonly go: true } | { readonly go: false; readonly reason: 'paused' | 'max_active_runs'; readonly ahead: number };

/** A run has ended. */
export interface RunEnded extends Ticket {
  readonly dagId: string;
  readonly state: 'success' | 'failed';
}

/** Where a DAG's controller is, in numbers and names. */
export interface ControllerStatus {
  readonly dagId: string;
  readonly paused: boolean;
  readonly maxActiveRuns: number;
  /** Ids of the runs that have their turn. */
  readonly active: readonly string[];
  /** Ids of the runs that wait, in the order in which they will have it. */
  readonly queued: readonly string[];
}

/** A run that has ended and is to go on. */
export interface RerunRequest {
  /** Its newest record. */
  readonly record: RunRecord;
  /** What of it is put back to the start; all else is kept with its result. */
  readonly cleared: readonly TaskInstance[];
  /** The type that it has from now on, where that changes: a backfill makes a run its own. */
  readonly runType?: Rerun['runType'];
}

/** The controllers of DAGs and their runs, as workflows in Temporal. Every method throws an AdapterError with system `temporal`. */
export interface DagControl {
  /** Asks a DAG's controller, which is started where there is none, for a run's turn. Idempotent by the execution. */
  requestTurn(request: TurnRequest): Promise<Turn>;
  /** Tells a DAG's controller that a run has ended. Idempotent. */
  runEnded(ended: RunEnded): Promise<void>;
  /** Those of the runs that are over, or gone, by the word of Temporal itself. */
  endedAmong(runs: readonly Ticket[], signal: AbortSignal): Promise<readonly Ticket[]>;
  /**
   * Starts a run that has ended again, as its next attempt, with what is kept of the last one. Idempotent by the attempt; an
   * error with code `conflict` when the run is not over.
   */
  rerun(request: RerunRequest): Promise<void>;
  /** Pauses a DAG or lets it go on: its controller, and with it its Schedule. */
  setPaused(dagId: string, paused: boolean, note: string): Promise<void>;
  /** Pauses a DAG's Schedule or lets it go on; without a Schedule there is nothing to do. */
  setSchedulePaused(dagId: string, paused: boolean, note: string): Promise<void>;
  /** `undefined` when the DAG has no controller yet. */
  status(dagId: string): Promise<ControllerStatus | undefined>;
}

/**
 * Id of the workflow that is a DAG's controller. With the installation's name, the stem of its task queues, since two of them
 * in one namespace have controllers, and workers for them, of their own.
 */
export function controllerId(dagId: string, installation: string): string {
  return `dag/${dagId}@${installation}`;
}

/** Names of what a controller is asked and told. */
export type ControllerMessage = 'exchange' | 'setPaused' | 'status';

/** Pauses a DAG, or lets it go on. */
export interface PauseOrder {
  readonly paused: boolean;
  /** Who and why, for people. */
  readonly note: string;
}
