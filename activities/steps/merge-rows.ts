import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { linesSql } from '../../pipeline/cleaning/lines-sql.ts';
import {
  boundsSql,
  heldTable,
  keptSql,
  mergedSql,
  newestTable,
  sliceFilesSql,
  slicesOf,
  withoutStale,
  writeSql,
} from '../../pipeline/cleaning/merge-sql.ts';
import type { AddFile } from '../../pipeline/delta/actions.ts';
import type { Snapshot } from '../../pipeline/delta/snapshot.ts';
import { mayHold, parseStatistics } from '../../pipeline/delta/statistics.ts';
import type { TableName } from '../../pipeline/tables.ts';
import type { DeltaTable } from '../delta/port.ts';
import type { SqlSession } from '../duckdb/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { StepContext } from '../shared/step-context.ts';
import { inParallel } from './in-parallel.ts';
import { branches } from './judge-lines.ts';
import type { LandedLines } from './landed-lines.ts';
import { writtenFiles } from './written-files.ts';

/** What a merge is made of. */
export interface MergeInput {
  readonly name: TableName;
  readonly table: DeltaTable;
  readonly session: SqlSession;
  readonly lines: LandedLines;
  readonly base: Snapshot | undefined;
  /** Rows that a file has at most; files with less than half of them are rewritten with the next merge. */
  readonly rowsPerFile: number;
  /** Folder for the merge's files, not there yet. */
  readonly folder: string;
  readonly context: StepContext;
}

/** Files that leave and join the table, and what that does to its rows. */
export interface MergeOutput {
  readonly add: readonly AddFile[];
  readonly remove: readonly string[];
  /** Rows of the table afterwards. */
  readonly rows: number;
  readonly inserted: number;
  readonly updated: number;
}

/** Transfers at once. */
const lanes = 4;

/**
 * Works out a merge of the judged lines into a snapshot: one row an `ind`, newest position wins. Only files that hold a
 * row that changes are written anew, with the small ones beside them, so that daily merges neither rewrite the whole table nor crumble it.
 * Nothing is published; uploaded files are not part of the table yet.
 */
export async function mergeRows(input: MergeInput): Promise<MergeOutput> {
  const { session, base, folder } = input;
  await mkdir(folder, { recursive: true });
  const old = [...(base?.files.values() ?? [])];
  await session.run(newestTable);
  const [span] = await session.rows('SELECT count(*) AS "rows", min(ind) AS low, max(ind) AS high FROM newest');
  const candidates =
    Number(span?.['rows']) === 0 ? [] : old.filter((file) => isCandidate(file, span?.['low'], span?.['high']));
  const local = await fetchFiles(input, candidates);
  const touched = await findTouched(session, local);
  const [left] = await session.rows('SELECT count(*) AS "rows" FROM newest');
  const changes = Number(left?.['rows']);
  if (changes === 0) return { add: [], remove: [], rows: rowsOf(old), inserted: 0, updated: 0 };

  const rewritten = old.filter((file) => touched.files.has(file.path) || rowsOf([file]) < input.rowsPerFile / 2);
  const missing = rewritten.filter(({ path }) => !local.has(path));
  await fetchFiles(input, missing);
  const paths = rewritten.map(({ path }) => localPath(folder, path));
  const add = await write(input, paths, changes);
  const kept = old.filter((file) => !rewritten.includes(file));
  const rows = rowsOf(kept) + rowsOf(add);
  const inserted = changes - touched.rows;
  if (rows !== rowsOf(old) + inserted) {
    throw new AdapterError(
      `a merge of ${input.name} came to ${rows} rows instead of ${rowsOf(old) + inserted}: nothing was changed`,
      {
        system: 'delta',
        code: 'corrupt',
      },
    );
  }
  return { add, remove: rewritten.map(({ path }) => path), rows, inserted, updated: touched.rows };
}

/** Rows that files have by their statistics, which this project's files always carry. */
export function rowsOf(files: readonly AddFile[]): number {
  return files.reduce((sum, file) => {
    const stats = parseStatistics(file);
    if (stats === undefined) {
      throw new AdapterError('a file of the table has no row count: another writer put it there', {
        system: 'delta',
        code: 'invalid',
      });
    }
    return sum + stats.numRecords;
  }, 0);
}

/** Keys beyond 2^53 come as text and fit no bound: then every file is a candidate. */
function isCandidate(file: AddFile, low: unknown, high: unknown): boolean {
  return typeof low !== 'number' || typeof high !== 'number' || mayHold(file, 'ind', low, high);
}

/** Brings files of the table to this machine; gives their local paths by their names in the table. */
async function fetchFiles(
  { table, folder, context }: MergeInput,
  files: readonly AddFile[],
): Promise<ReadonlyMap<string, string>> {
  await inParallel(lanes, files, async (file) => {
    await table.download(file, localPath(folder, file.path), context.signal);
    context.heartbeat({ phase: 'fetch' });
  });
  return new Map(files.map(({ path }) => [path, localPath(folder, path)]));
}

/** Where a file of the table is put on this machine. */
function localPath(folder: string, path: string): string {
  return join(folder, path);
}

/** Takes what is too old out of `newest`; says which files hold rows that are replaced, and how many rows those are. */
async function findTouched(
  session: SqlSession,
  local: ReadonlyMap<string, string>,
): Promise<{ readonly files: ReadonlySet<string>; readonly rows: number }> {
  if (local.size === 0) return { files: new Set(), rows: 0 };
  await session.run(heldTable([...local.values()]));
  await session.run(withoutStale);
  const touched = await session.rows('SELECT file, count(*) AS "rows" FROM held WHERE NOT stale GROUP BY file');
  const replaced = touched.reduce((sum, { rows }) => sum + Number(rows), 0);
  return { files: new Set(touched.map(({ file }) => String(file))), rows: replaced };
}

/** Writes and uploads what takes the place of the rewritten files: a file for each slice of keys. */
async function write(input: MergeInput, rewritten: readonly string[], changes: number): Promise<AddFile[]> {
  const { session, table, context, name, rowsPerFile, folder } = input;
  const kept = rewritten.length === 0 ? undefined : keptSql(name, rewritten);
  const [count] = kept === undefined ? [] : await session.rows(`SELECT count(*) AS "rows" FROM (${kept})`);
  const rows = changes + Number(count?.['rows'] ?? 0);
  const [found] = await session.rows(boundsSql(kept, Math.max(1, Math.ceil(rows / rowsPerFile))));
  const bounds = listOf(found?.['bounds']).map(String).toSorted(byKey);
  const add: AddFile[] = [];
  for (const [n, slice] of slicesOf(bounds).entries()) {
    // New posts have new keys: most slices need few of the line files.
    const files = (await session.rows(sliceFilesSql(slice))).map(({ file }) => Number(file));
    const lines = linesSql(
      files.map((file) => input.lines.paths[file] ?? ''),
      branches,
    );
    const written = await session.rows(
      writeSql(mergedSql(name, lines, kept, slice), join(folder, `slice-${n}.parquet`)),
    );
    context.heartbeat({ phase: 'written', n });
    for (const file of writtenFiles(written, table.columns)) {
      add.push(await table.upload(file, context.signal));
      await rm(file.path);
    }
  }
  return add;
}

function byKey(a: string, b: string): number {
  return BigInt(a) < BigInt(b) ? -1 : 1;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
