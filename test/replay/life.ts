import type { WorkflowHandle } from '@temporalio/client';
import type { Harness } from '../workflows/harness.ts';

/** Keeps the history of a workflow as it is now, under a name. */
export type Keep = (name: string, handle: WorkflowHandle) => Promise<void>;

/** What workflows that look after runs go through when they are recorded. */
export interface Life {
  /** Names of the recordings. */
  readonly names: readonly string[];
  /** Module of the DAGs. */
  readonly entry: string;
  readonly live: (harness: Harness, keep: Keep) => Promise<void>;
}
