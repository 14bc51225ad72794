import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  alteredSql,
  badOffsetsSql,
  currentTable,
  fateSql,
  keysSql,
  rowsWithinSql,
} from '../../pipeline/cleaning/audit-sql.ts';
import { cleanColumns } from '../../pipeline/cleaning/clean-columns.ts';
import { linesSql } from '../../pipeline/cleaning/lines-sql.ts';
import type { Snapshot } from '../../pipeline/delta/snapshot.ts';
import type { TableName } from '../../pipeline/tables.ts';
import type { DeltaTables } from '../delta/port.ts';
import type { SqlEngine, SqlSession } from '../duckdb/port.ts';
import type { LandingZone } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { absorbed, type CleanRange } from './clean-ranges.ts';
import { inParallel } from './in-parallel.ts';
import { branches, judgeLines } from './judge-lines.ts';
import { fetchLines } from './landed-lines.ts';
import { rowsOf } from './merge-rows.ts';
import { missingInQuarantine } from './quarantined-offsets.ts';

/** What an audit of a table works with. */
export interface TableAuditDependencies {
  readonly landing: LandingZone;
  readonly tables: DeltaTables;
  readonly store: ObjectStore;
  readonly engine: SqlEngine;
}

/** Which table at which version is held against which landed ranges. */
export interface TableAuditInput {
  readonly name: TableName;
  readonly snapshot: Snapshot;
  readonly ranges: readonly CleanRange[];
  /** Run whose quarantine is looked at first; bad lines of a gap may be in another run's. */
  readonly runId?: string;
  readonly signal: AbortSignal;
  /** Told of progress, for heartbeats. */
  readonly onProgress?: (progress: unknown) => void;
}

/** What was proved of a table. `lines` = `current` + `superseded` + `quarantined`. */
export interface TableAudit {
  readonly rows: number;
  readonly lines: number;
  /** Lines that are a row of the table now. */
  readonly current: number;
  /** Lines whose `ind` came again later. */
  readonly superseded: number;
  readonly quarantined: number;
}

/** Offsets whose landed lines are on this machine's disk at once; those of an object more may be. */
const chunkOffsets = 1_000_000;

/**
 * Proves from the bucket alone that a table is what its landed lines make of it: one row an `ind`; every good line is a row, with
 * the values that cleaning makes of it now, or was superseded by a newer one; every bad line is in quarantine; no row is of another
 * origin. Throws `corrupt` with what is wrong. Reads only.
 */
export async function auditTable(deps: TableAuditDependencies, outer: TableAuditInput): Promise<TableAudit> {
  const { name, snapshot, ranges } = outer;
  for (const range of ranges) {
    const got = absorbed(snapshot, range);
    if (got < range.to)
      throw wrong(name, `it has absorbed ${range.topic}/${range.partition} up to ${got}, not up to ${range.to}`);
  }
  return deps.engine.use({ signal: outer.signal }, async (session) => {
    const input = { ...outer, signal: session.signal };
    const rows = await loadRows(session, deps.tables, input);
    const sum = { rows, lines: 0, current: 0, superseded: 0, quarantined: 0 };
    for (const range of ranges) {
      for (let from = range.from; from < range.to; from += chunkOffsets) {
        const part = { ...range, from, to: Math.min(range.to, from + chunkOffsets) };
        const found = await auditRange(session, deps, input, part);
        sum.lines += found.lines;
        sum.current += found.current;
        sum.superseded += found.superseded;
        sum.quarantined += found.quarantined;
        input.onProgress?.({ phase: 'audit', table: name, ...part });
      }
    }
    return sum;
  });
}

/** Loads key, position and hash of all rows; returns how many there are. */
async function loadRows(
  session: SqlSession,
  tables: DeltaTables,
  { name, snapshot, signal }: TableAuditInput,
): Promise<number> {
  const table = tables.table(name, cleanColumns(name));
  const folder = join(session.folder, 'table');
  await mkdir(folder);
  const files = [...snapshot.files.values()];
  await inParallel(4, files, (file) => table.download(file, join(folder, file.path), signal));
  await session.run(
    currentTable(
      name,
      files.map(({ path }) => join(folder, path)),
    ),
  );
  await rm(folder, { recursive: true });
  const [count] = await session.rows(keysSql);
  const rows = Number(count?.['rows']);
  if (rows !== rowsOf(files)) throw wrong(name, `its files have ${rows} rows, its log says ${rowsOf(files)}`);
  if (rows !== Number(count?.['keys'])) throw wrong(name, `it has ${rows} rows, but ${Number(count?.['keys'])} keys`);
  return rows;
}

async function auditRange(
  session: SqlSession,
  { landing, store }: TableAuditDependencies,
  { name, runId, signal, onProgress }: TableAuditInput,
  range: CleanRange,
): Promise<Omit<TableAudit, 'rows'>> {
  const folder = join(session.folder, 'lines');
  const lines = await fetchLines(landing, [range], folder, { signal, heartbeat: onProgress ?? ignore });
  const { read, quarantined } = await judgeLines(session, name, lines);
  const [fate] = await session.rows(fateSql);
  const current = Number(fate?.['current']);
  const superseded = Number(fate?.['superseded']);
  const place = `${range.topic}/${range.partition}`;
  if (Number(fate?.['lost']) > 0) {
    throw wrong(
      name,
      `${Number(fate?.['lost'])} good lines of ${place} are lost, the first at offset ${Number(fate?.['first'])}`,
    );
  }
  const [within] = await session.rows(rowsWithinSql(range));
  if (Number(within?.['rows']) !== current) {
    throw wrong(name, `${Number(within?.['rows'])} rows say they are from ${place}, but ${current} lines are`);
  }
  const [altered] = await session.rows(alteredSql(name, linesSql(lines.paths, branches)));
  if (Number(altered?.['rows']) > 0) {
    throw wrong(
      name,
      `${Number(altered?.['rows'])} rows of ${place} have other values than cleaning makes of their lines, the first at offset ${Number(altered?.['first'])}`,
    );
  }
  if (quarantined > 0) await findBad(session, store, name, range, runId, signal);
  await session.run('DROP TABLE judged');
  await session.run('DROP TABLE places');
  await rm(folder, { recursive: true });
  return { lines: read, current, superseded, quarantined };
}

/** Looks every bad line up in the quarantine of cleaning. */
async function findBad(
  session: SqlSession,
  store: ObjectStore,
  name: TableName,
  { topic, partition }: CleanRange,
  runId: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  let left: readonly number[] = (await session.rows(badOffsetsSql)).map(({ offset }) => Number(offset));
  const place = { topic, partition, stage: 'clean' };
  if (runId !== undefined) left = await missingInQuarantine(store, { ...place, runId }, left, signal);
  left = await missingInQuarantine(store, place, left, signal);
  if (left.length > 0) {
    throw wrong(
      name,
      `${left.length} bad lines of ${topic}/${partition} are not in quarantine, the first at offset ${left[0]}`,
    );
  }
}

function ignore(): void {}

function wrong(name: TableName, what: string): AdapterError {
  return new AdapterError(`the table ${name} is not sound: ${what}`, { system: 'delta', code: 'corrupt' });
}
