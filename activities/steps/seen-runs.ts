import type { RunLedger } from '../shared/run-ledger.ts';
import type { FoundTask, KnownRun, RunFinder } from '../temporal/port.ts';

/** What looking at runs needs: Temporal knows those that are open or have ended lately, the ledger those that it has forgotten. */
export interface RunSources {
  readonly finder: RunFinder;
  readonly ledger: RunLedger;
}

/** A run as Temporal knows it, or, without an execution, as the ledger does. */
export type SeenRun = Omit<KnownRun, 'executionId'> & { readonly executionId?: string };

/** Where the tasks of a run are; `undefined` while nobody can tell. One that has ended is read from its record, any other is asked. */
export async function tasksOf(
  { finder, ledger }: RunSources,
  run: SeenRun,
  dagId: string,
): Promise<readonly FoundTask[] | undefined> {
  const { executionId, state } = run;
  if (state === 'success' || state === 'failed') {
    const record = await ledger.read({ dagId, runId: run.runId });
    if (record !== undefined && (executionId === undefined || record.executionId === executionId)) return record.tasks;
  }
  return executionId === undefined ? undefined : finder.tasksOf({ ...run, executionId });
}
