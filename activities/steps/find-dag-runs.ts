import type { FindDagRunsInput, FoundDagRun, FoundDagRuns, IoActivities, RunEnd } from './contract.ts';
import { tasksOf, type RunSources, type SeenRun } from './seen-runs.ts';

/**
 * The steps that look for runs of a DAG: Temporal knows those that are open or have ended lately, the ledger those that it has
 * forgotten. Of several runs of a date the one that was started last counts.
 */
export function createFindDagRuns({ finder, ledger }: RunSources): Pick<IoActivities, 'findDagRuns' | 'findRunEnd'> {
  return {
    findDagRuns: async (input) => {
      const found: FoundDagRun[] = [];
      for (const logicalDate of input.logicalDates) {
        const run = await newest(input.dagId, logicalDate);
        const verdict = run === undefined ? await unseen(input) : judge(run, await statesOf(run, input), input);
        if (typeof verdict === 'object') return verdict;
        if (run !== undefined && verdict === 'found') found.push({ runId: run.runId, logicalDate, state: run.state });
      }
      return found.length < input.logicalDates.length ? null : { verdict: 'found', runs: found };
    },
    findRunEnd: async ({ dagId, runId }) => {
      const run = await finder.find(runId);
      const state = run === undefined ? (await ledger.read({ dagId, runId }))?.state : run.state;
      return state === 'queued' || state === 'running' ? null : ({ state: state ?? 'failed' } satisfies RunEnd);
    },
  };

  async function newest(dagId: string, logicalDate: string): Promise<SeenRun | undefined> {
    const runs = new Map<string, SeenRun>();
    const date = new Date(logicalDate);
    for await (const { runId, state, queuedAt } of ledger.list(dagId, { from: date, to: date })) {
      runs.set(runId, { runId, state, start: Date.parse(queuedAt) });
    }
    for (const run of await finder.ofDate(dagId, logicalDate)) runs.set(run.runId, run);
    return [...runs.values()].toSorted((a, b) => b.start - a.start)[0];
  }

  /** The run's state, or those of its tasks' instances by task; `undefined` while they cannot be told. */
  async function statesOf(
    run: SeenRun,
    { dagId, taskIds }: FindDagRunsInput,
  ): Promise<readonly (readonly string[])[] | undefined> {
    if (taskIds.length === 0) return [[run.state]];
    const tasks = await tasksOf({ finder, ledger }, run, dagId);
    return tasks && taskIds.map((id) => tasks.filter(({ taskId }) => taskId === id).map(({ state }): string => state));
  }

  /** What it means that there is no run of a date. */
  async function unseen({ dagId, checkExistence }: FindDagRunsInput): Promise<Verdict> {
    if (!checkExistence || (await finder.knowsDag(dagId))) return 'not_yet';
    for await (const _ of ledger.list(dagId)) return 'not_yet';
    return { verdict: 'failed', reason: `no run of a DAG ${dagId} is known; look whether its id is right` };
  }
}

/** Of one date: found, not yet, or a reason to wait no longer. */
type Verdict = 'found' | 'not_yet' | Exclude<FoundDagRuns, { readonly verdict: 'found' }>;

function judge(
  { runId }: SeenRun,
  byTask: readonly (readonly string[])[] | undefined,
  { dagId, taskIds, allowedStates, failedStates, skippedStates, checkExistence }: FindDagRunsInput,
): Verdict {
  if (byTask === undefined) return 'not_yet';
  const missing = taskIds.find((_, at) => byTask[at]?.length === 0);
  if (missing !== undefined && checkExistence) {
    return { verdict: 'failed', reason: `run ${runId} of ${dagId} has no task ${missing}` };
  }
  const states = byTask.flat();
  const what = taskIds.length === 0 ? `run ${runId} of ${dagId}` : `a task of run ${runId} of ${dagId}`;
  const failed = states.find((state) => failedStates.includes(state));
  if (failed !== undefined) return { verdict: 'failed', reason: `${what} is ${failed}` };
  const skipped = states.find((state) => skippedStates.includes(state));
  if (skipped !== undefined) return { verdict: 'skipped', reason: `${what} is ${skipped}` };
  return missing === undefined && states.every((state) => allowedStates.includes(state)) ? 'found' : 'not_yet';
}
