import type { RunRecord } from '../../dag/run-record.ts';
import type { Ticket } from '../../dag/turns.ts';
import type { Turn, TurnRequest } from '../temporal/port.ts';

/** What the engine itself does outside of a workflow, for every run: on the workers that run workflows. */
export interface ControlActivities {
  /** Asks the DAG's controller for a run's turn. */
  requestTurn(request: TurnRequest): Promise<Turn>;
  /** Milliseconds that the newest runs of a DAG took from their start to their end, the newest logical date first. */
  recentDurations(input: { readonly dagId: string; readonly limit: number }): Promise<readonly number[]>;
  /** Keeps the record of a run that has ended, and tells the DAG's controller. */
  closeRun(record: RunRecord): Promise<void>;
}

/** What controllers do outside of their workflow. */
export interface ControllerActivities {
  /**
   * Waits until some of these runs are over, by the word of Temporal itself: one that was terminated has told nobody.
   * Ends with those.
   */
  untilSomeEnded(input: { readonly runs: readonly Ticket[] }): Promise<readonly Ticket[]>;
  /** Pauses the DAG's Schedule or lets it go on. */
  setSchedulePaused(input: { readonly dagId: string; readonly paused: boolean; readonly note: string }): Promise<void>;
}
