import { runsToClear } from '../../dag/clear.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { definitionOf } from '../dag-registry.ts';
import { CommandError } from '../failure.ts';
import { runOf, type OpenRuns } from './open-runs.ts';
import { filterText } from './run-filter.ts';
import type { RunSummary } from './run-summary.ts';

/** Runs that are looked through at most. */
const mostRuns = 10_000;

/** Which runs somebody means: one, perhaps with those before or after it; or those of a DAG, from and to a logical date. */
export interface RunsMeant {
  readonly runId?: string | undefined;
  readonly past?: boolean;
  readonly future?: boolean;
  readonly dagId?: string;
  readonly startDate?: Date;
  readonly endDate?: Date;
}

/** Runs that somebody means, the oldest logical date first. Throws CommandError, which names what there is, where there are none. */
export async function runsMeant(
  { reader }: Pick<OpenRuns, 'reader'>,
  { runId, past = false, future = false, dagId, startDate, endDate }: RunsMeant,
): Promise<readonly [RunSummary, ...RunSummary[]]> {
  if (runId === undefined && dagId === undefined) throw new CommandError('name a run, or a DAG with --dag-id');
  if (runId === undefined && (past || future))
    throw new CommandError('--past and --future go from a run: name one, or say --start-date and --end-date');
  const named = runId === undefined ? undefined : await runOf(reader, runId);
  if (named !== undefined && dagId !== undefined && named.dagId !== dagId)
    throw new CommandError(`run ${named.runId} is one of ${named.dagId}, not of ${dagId}`);
  if (named !== undefined && !past && !future && startDate === undefined && endDate === undefined) return [named];
  const { id } = definitionOf(named?.dagId ?? dagId ?? '');
  const dates = { ...(startDate !== undefined && { startDate }), ...(endDate !== undefined && { endDate }) };
  const listed = await reader.list({ dagId: id, ...dates, limit: mostRuns });
  const all = [...listed, ...(named === undefined || listed.some((one) => one.runId === named.runId) ? [] : [named])];
  const dated = all.map((run) => ({
    ...run,
    logicalDate: run.logicalDate === null ? null : Date.parse(run.logicalDate),
  }));
  const reached = runsToClear(id, dated, {
    ...(named !== undefined && { runId: named.runId }),
    ...(startDate !== undefined && { startDate: startDate.getTime() }),
    ...(endDate !== undefined && { endDate: endDate.getTime() }),
    includePast: past,
    includeFuture: future,
  });
  if (isRefusal(reached)) throw new CommandError(reached.message);
  const ids = new Set(reached.map((run) => run.runId));
  const [first, ...others] = all
    .filter((run) => ids.has(run.runId))
    .toSorted((a, b) => Date.parse(a.logicalDate ?? '') - Date.parse(b.logicalDate ?? ''));
  if (first === undefined)
    throw new CommandError(`there is no run${filterText({ dagId: id, ...dates, limit: mostRuns })}`);
  return [first, ...others];
}
