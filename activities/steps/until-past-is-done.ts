import type { TaskState } from '../../dag/states.ts';
import type { PokePolicy } from '../../dag/poke-policy.ts';
import { notYet } from '../shared/poke.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { DagControl } from '../temporal/port.ts';
import type { PastInput, RunWaits } from './control-contract.ts';
import { tasksOf, type RunSources, type SeenRun } from './seen-runs.ts';

/** How often a run looks at the one before: soon at first, since runs that follow each other closely wait for seconds. */
const looks: PokePolicy = { interval: 1_000, factor: 1.5, maxWait: 60_000 };

/** States in which a task of the run before is done with, as in Airflow. */
const done: readonly string[] = ['success', 'skipped'] satisfies readonly TaskState[];

/** Where it looks. */
export interface PastSources extends RunSources {
  readonly control: Pick<DagControl, 'openBackfillOf'>;
}

/** A run that may be the one before. */
type RunBefore = SeenRun & { readonly logicalDate: number };

/**
 * The wait of a task for the run before (Airflow's `depends_on_past`): each look that finds that one wanting is an attempt that failed,
 * which no history keeps. It waits for as long as it takes: the task of the run before may be cleared, or marked, at any time.
 */
export function createUntilPastIsDone(sources: PastSources): {
  readonly untilPastIsDone: (
    ...input: [...Parameters<RunWaits['untilPastIsDone']>, Pick<StepContext, 'place'>]
  ) => Promise<void>;
} {
  return {
    untilPastIsDone: async (input, { place }) => {
      const wanting = await wantingIn(input);
      if (wanting !== undefined) throw notYet(looks, place.attempt, wanting);
    },
  };

  /** What of the run before is not done; `undefined` where nothing is to be waited for. */
  async function wantingIn(input: PastInput): Promise<string | undefined> {
    const { dagId, taskId, downstream, notBefore } = input;
    const run = await runBefore(input);
    const missing = await backfilledBefore(input, run);
    if (missing !== undefined) return missing;
    if (run === undefined || (notBefore !== null && run.logicalDate < Date.parse(notBefore))) return undefined;
    const name = `the run before, ${run.runId}`;
    const tasks = await tasksOf(sources, run, dagId);
    if (tasks === undefined) {
      return run.state === 'failed' || run.state === 'success'
        ? `${name}, has left no record of its tasks: run it again (tw runs resume)`
        : `no worker tells of ${name}`;
    }
    // A task that was not there then is not waited for.
    const own = tasks.find((task) => task.taskId === taskId && !done.includes(task.state));
    const below = tasks.find((task) => downstream.includes(task.taskId) && !done.includes(task.state));
    const first = own ?? (tasks.some((task) => task.taskId === taskId) ? below : undefined);
    return first && `${first.taskId} of ${name}, is ${first.state === 'none' ? 'not there yet' : first.state}`;
  }

  /**
   * A catch-up, or another backfill, makes runs one after the other, while the Schedule goes on: the run of the slot before may be one that
   * it has yet to make. Only for as long as the backfill is open, since a timetable that was changed has other slots than it.
   */
  async function backfilledBefore(
    { dagId, isScheduled = false, slotBefore }: PastInput,
    run: RunBefore | undefined,
  ): Promise<string | undefined> {
    if (!isScheduled || slotBefore === null || run?.runId === slotBefore.runId) return undefined;
    const date = Date.parse(slotBefore.logicalDate);
    if (run !== undefined && run.logicalDate >= date) return undefined;
    const backfill = await sources.control.openBackfillOf(dagId);
    if (backfill === undefined || date < Date.parse(backfill.fromDate) || date > Date.parse(backfill.toDate))
      return undefined;
    return `the run before, ${slotBefore.runId}, is yet to be made by ${backfill.backfillId}`;
  }

  async function runBefore(input: PastInput): Promise<RunBefore | undefined> {
    const { dagId, runId, countManual, slotBefore } = input;
    const date = Date.parse(input.logicalDate);
    const runs = new Map<string, RunBefore>();
    for await (const record of sources.ledger.list(dagId, { to: new Date(date - 1) })) {
      if (record.runId === runId || (!countManual && record.runType === 'manual')) continue;
      const { state, queuedAt } = record;
      const logicalDate = Date.parse(record.logicalDate);
      runs.set(record.runId, { runId: record.runId, state, start: Date.parse(queuedAt), logicalDate });
      break;
    }
    const [newest] = runs.values();
    for (const run of await sources.finder.between(dagId, { from: newest?.logicalDate ?? null, before: date })) {
      if (run.runId !== runId && (countManual || !run.isManual)) runs.set(run.runId, run);
    }
    // Visibility is some moments behind, and runs of neighbouring slots may begin at the same time.
    if (slotBefore !== null && !runs.has(slotBefore.runId)) {
      const run = await sources.finder.find(slotBefore.runId);
      if (run !== undefined) runs.set(run.runId, { ...run, logicalDate: Date.parse(slotBefore.logicalDate) });
    }
    const before = [...runs.values()].toSorted((a, b) => b.logicalDate - a.logicalDate || b.start - a.start)[0];
    if (before?.state !== 'success' && before?.state !== 'failed') return before;
    // Cleared a moment ago, together with this one, it runs again, and what is listed is the attempt before.
    const again = await sources.finder.find(before.runId);
    return again === undefined ? before : { ...again, logicalDate: before.logicalDate };
  }
}
