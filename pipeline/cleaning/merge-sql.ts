import type { TableName } from '../tables.ts';
import { cleanColumns } from './clean-columns.ts';
import { cleanSql } from './clean-sql.ts';
import { judgeSql } from './judge-sql.ts';
import { identifier, literal, literals } from './sql-text.ts';

/**
 * The statements of a cleaning, in the order that they run. They work on temporary tables:
 *
 * - `places` where each gapless run of lines is (made by the step)
 * - `judged` every line's verdict and position
 * - `newest` the good line of each `ind` that is newer than what the Delta table holds
 * - `held` rows of the Delta table with the `ind` of one of those
 */
export const placesTable = `CREATE TEMP TABLE places
  (k BIGINT, "partition" INTEGER, "offset" BIGINT, "from" BIGINT, "to" BIGINT)`;

/** Judges all lines, finds their positions, and leaves out what lies beside the ranges that are to be cleaned. */
export function judgedTable(table: TableName, lines: string): string {
  return `CREATE TEMP TABLE judged AS
    SELECT verdict.* EXCLUDE (wrong), "partition", "offset" + (verdict.k - places.k) AS "offset",
      "offset" + (verdict.k - places.k) BETWEEN "from" AND "to" - 1 AS wanted
    FROM (${judgeSql(table, lines)}) AS verdict ASOF JOIN places ON verdict.k >= places.k`;
}

/** Lines a file has, whether wanted or not, by file number. */
export const linesPerFile = `SELECT k // 4294967296 AS file, count(*) AS lines FROM judged GROUP BY ALL`;

/** One row of figures: `read`, `clean`, `quarantined`, `odd`, and `absent<bit>` for each documented field. */
export function figuresSql(bits: readonly number[]): string {
  const absent = bits.map((bit) => `count(*) FILTER (reason IS NULL AND absent & ${2 ** bit} <> 0) AS absent${bit}`);
  return `SELECT count(*) AS read, count(*) FILTER (reason IS NULL) AS clean,
    count(*) FILTER (reason IS NOT NULL) AS quarantined, count(*) FILTER (reason IS NULL AND odd) AS odd,
    ${absent.join(', ')} FROM judged WHERE wanted`;
}

/** The bad lines with their bytes, in pages of at most so many bytes (and one line) a partition. */
export function badTable(lines: string, pageBytes: number): string {
  return `CREATE TEMP TABLE bad AS
    SELECT *, (sum(strlen(line)) OVER (PARTITION BY "partition" ORDER BY k)) // ${pageBytes} AS page
    FROM (SELECT k, "partition", "offset", reason, line FROM ${lines} AS lines
      JOIN (SELECT * FROM judged WHERE wanted AND reason IS NOT NULL) AS judged USING (k))`;
}

/** Lines are numbered in the order of their positions, so the highest `k` of an `ind` is its newest. */
export const newestTable = `CREATE OR REPLACE TEMP TABLE newest AS
  SELECT k, ind, extra, "partition", "offset" FROM judged
  SEMI JOIN (SELECT max(k) AS k FROM judged WHERE wanted AND reason IS NULL GROUP BY ind) AS last USING (k)`;

/** Rows of the Delta table's files that `newest` has an `ind` of; `stale` where the table's row is as new or newer. */
export function heldTable(paths: readonly string[]): string {
  return `CREATE OR REPLACE TEMP TABLE held AS
    SELECT ind, parse_filename(old.filename) AS file,
      (old."partition", old."offset") >= (newest."partition", newest."offset") AS stale
    FROM read_parquet(${literals(paths)}, filename = true) AS old JOIN newest USING (ind)`;
}

/** Leaves those in `newest` that are newer than the table's rows: an old run done again never wins. */
export const withoutStale = `DELETE FROM newest WHERE ind IN (SELECT ind FROM held WHERE stale)`;

/** Keys [from, to) that go to one file; `null` is unbounded. Keys are texts, since they may be beyond 2^53. */
export interface KeySlice {
  readonly from: string | null;
  readonly to: string | null;
}

/** Keys that slices begin with, as slices that take every key. */
export function slicesOf(bounds: readonly string[]): readonly KeySlice[] {
  const ends = [null, ...bounds, null];
  return ends.slice(1).map((to, n) => ({ from: ends[n] ?? null, to }));
}

/** SQL of the rows of files, without those that `newest` replaces. */
export function keptSql(table: TableName, paths: readonly string[]): string {
  const columns = cleanColumns(table).map(({ name }) => identifier(name));
  return `SELECT ${columns.join(', ')} FROM read_parquet(${literals(paths)}) ANTI JOIN newest USING (ind)`;
}

/** One row: `rows`, and `bounds`, the keys that each slice but the first begins with, for slices of equally many rows. */
export function boundsSql(kept: string | undefined, slices: number): string {
  const inds =
    kept === undefined ? 'SELECT ind FROM newest' : `SELECT ind FROM newest UNION ALL SELECT ind FROM (${kept})`;
  const parts = Array.from({ length: slices - 1 }, (_, n) => String((n + 1) / slices));
  const bounds = parts.length === 0 ? '[]::BIGINT[]' : `quantile_disc(ind, [${parts.join(', ')}])`;
  return `SELECT count(*) AS "rows", list_distinct(CAST(${bounds} AS VARCHAR[])) AS bounds FROM (${inds})`;
}

/** SQL of the numbers of the line files that a slice's new rows are in. */
export function sliceFilesSql(slice: KeySlice): string {
  return `SELECT DISTINCT k // 4294967296 AS file FROM newest WHERE ${within(slice)} ORDER BY file`;
}

/** SQL of the rows of one slice: the cleaned newest lines and what stays of the rewritten files. */
export function mergedSql(table: TableName, lines: string, kept: string | undefined, slice: KeySlice): string {
  const fresh = cleanSql(table, lines, `(FROM newest WHERE ${within(slice)})`);
  return kept === undefined ? fresh : `${fresh} UNION ALL FROM (${kept}) WHERE ${within(slice)}`;
}

/** Rows of a row group: with a group for each thread in memory, the largest rows stay far below the memory limit. */
const rowGroup = 61_440;

/**
 * Of a file that does not name its Spark, Spark 3 cannot tell which calendar it has, and refuses instants before 1900:
 * the whole table for one row. From this version on, which is what DuckDB does, there is one calendar for all times.
 */
const calendar = `KV_METADATA {"org.apache.spark.version": '3.1.0'}`;

/** Writes rows to a file, and tells of it what statistics need. */
export function writeSql(rows: string, target: string): string {
  return `COPY (${rows}) TO ${literal(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroup}, ${calendar}, RETURN_STATS)`;
}

function within({ from, to }: KeySlice): string {
  const low = from === null ? [] : [`ind >= ${BigInt(from)}`];
  const high = to === null ? [] : [`ind < ${BigInt(to)}`];
  return [...low, ...high].join(' AND ') || 'true';
}
