import type { RunType } from '../../dag/definition.ts';
import type { RunState } from '../../dag/states.ts';

/** A run in a list. Times are ISO 8601, UTC. */
export interface RunSummary {
  readonly dagId: string;
  readonly runId: string;
  readonly state: RunState;
  /** `null` while no worker has taken the run up. */
  readonly runType: RunType | null;
  /** `null` while no worker has taken the run up. */
  readonly logicalDate: string | null;
  /** Key of the partition that it is about, where that is known and it is about one. */
  readonly partitionKey?: string;
  readonly start: string;
  readonly end: string | null;
}
