import { join } from 'node:path';
import { cleanColumns } from '../../pipeline/cleaning/clean-columns.ts';
import type { CommitInfo } from '../../pipeline/delta/actions.ts';
import type { Snapshot } from '../../pipeline/delta/snapshot.ts';
import type { DeltaTable, DeltaTables } from '../delta/port.ts';
import type { SqlEngine, SqlSession } from '../duckdb/port.ts';
import type { LandingZone } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { StepContext } from '../shared/step-context.ts';
import { cleanRanges, progressOf, type CleanRange } from './clean-ranges.ts';
import type { CleanInput, CleanResult } from './contract.ts';
import { judgeLines, quarantineLines, type LineFigures } from './judge-lines.ts';
import { fetchLines, type LandedLines } from './landed-lines.ts';
import { mergeRows } from './merge-rows.ts';

/** What cleaning works with. */
export interface CleanDependencies {
  readonly landing: LandingZone;
  /** The cleaned tables. */
  readonly tables: DeltaTables;
  readonly engine: SqlEngine;
  /** Rows that a data file has at most; by default a million (pins: some 100 MB). */
  readonly rowsPerFile?: number;
}

/** Times that a merge is worked out again because another run has published in between. */
const rebases = 8;

/** Name of a run's own commit in a table's `txn` actions. */
function cleaningId(runId: string, table: string): string {
  return `${runId}/${table}`;
}

/**
 * Cleans landed lines into a table's Delta table: one commit a table and run, one row an `ind`, newest position wins.
 * Safe to do again at any point: a run's second time finds its own commit and gives the same figures.
 */
export function createClean({
  landing,
  tables,
  engine,
  rowsPerFile = 1_000_000,
}: CleanDependencies): (input: CleanInput, context: StepContext) => Promise<CleanResult> {
  return async ({ table: name, landed }, outer) => {
    const table = tables.table(name, cleanColumns(name));
    const run = cleaningId(outer.place.runId, name);
    const base = await table.snapshot({ signal: outer.signal });
    const earlier = await ownResult(table, base, name, run, outer);
    if (earlier !== undefined) return earlier;
    const ranges = cleanRanges(base, landed);
    return engine.use({ signal: outer.signal }, async (session) => {
      const context = { ...outer, signal: session.signal };
      const lines = await fetchLines(landing, ranges, join(session.folder, 'lines'), context);
      const figures = await judgeLines(session, name, lines);
      context.heartbeat({ phase: 'judged', read: figures.read });
      const [first] = ranges;
      if (figures.quarantined > 0 && first) await quarantineLines(session, landing, lines, first.topic, context);
      if (figures.oddFollowerCounts > 0) {
        context.log.warn('follower counts of no known shape became null', {
          table: name,
          count: figures.oddFollowerCounts,
        });
      }
      return publish({ name, table, run, session, lines, figures, ranges, rowsPerFile, context }, base);
    });
  };
}

interface Publication {
  readonly name: CleanResult['table'];
  readonly table: DeltaTable;
  readonly run: string;
  readonly session: SqlSession;
  readonly lines: LandedLines;
  readonly figures: LineFigures;
  readonly ranges: readonly CleanRange[];
  readonly rowsPerFile: number;
  readonly context: StepContext;
}

/** Merges and commits; again on the winner's version when somebody else was first. */
async function publish(work: Publication, first: Snapshot | undefined): Promise<CleanResult> {
  const { name, table, run, session, figures, ranges, context } = work;
  let base = first;
  for (let tries = 0; tries <= rebases; tries += 1) {
    const folder = join(session.folder, `merge-${tries}`);
    const { add, remove, rows, inserted, updated } = await mergeRows({ ...work, base, folder });
    const counts = { rows, inserted, updated };
    const change = {
      operation: 'MERGE',
      add,
      remove,
      progress: progressOf(base, ranges),
      run,
      metrics: { ...counts, ...figures, missing: JSON.stringify(figures.missing) },
    } as const;
    if ((await table.commit(base, change, context.signal)) === 'committed') {
      const { read, clean, quarantined, missing } = figures;
      const version = base === undefined ? 0 : base.version + 1;
      return { table: name, version, read, clean, quarantined, ...counts, missing };
    }
    context.log.info('another run published first; merging again', { table: name, tries });
    base = await table.snapshot({ signal: context.signal });
    const own = await ownResult(table, base, name, run, context);
    if (own !== undefined) return own;
  }
  throw new AdapterError(`${name} was published by others ${rebases} times in a row while this run merged`, {
    system: 'delta',
    code: 'conflict',
    canRetry: true,
  });
}

/** The figures of the run's own commit, where it has made it already. */
async function ownResult(
  table: DeltaTable,
  snapshot: Snapshot | undefined,
  name: CleanResult['table'],
  run: string,
  { signal }: StepContext,
): Promise<CleanResult | undefined> {
  const version = snapshot?.txns.get(run);
  if (version === undefined) return undefined;
  const info = await table.commitInfo(version, signal);
  if (info === undefined) {
    throw new AdapterError(`version ${version} of ${name} does not tell its figures`, {
      system: 'delta',
      code: 'corrupt',
    });
  }
  return resultOf(name, version, info);
}

function resultOf(name: CleanResult['table'], version: number, { operationMetrics }: CommitInfo): CleanResult {
  const missing: Record<string, number> = JSON.parse(operationMetrics['missing'] ?? '{}');
  const figure = (key: string): number => Number(operationMetrics[key]);
  return {
    table: name,
    version,
    read: figure('read'),
    clean: figure('clean'),
    quarantined: figure('quarantined'),
    rows: figure('rows'),
    inserted: figure('inserted'),
    updated: figure('updated'),
    missing,
  };
}
