import type { TableName } from '../tables.ts';
import { cleanColumns } from './clean-columns.ts';
import { cleanSql } from './clean-sql.ts';
import { identifier, literals } from './sql-text.ts';

/**
 * The statements that compare a Delta table with the lines it was made of. They work on `judged` (see merge-sql.ts) and on
 * `current`: key, position and a hash of all columns of each row of the table.
 */
export function currentTable(table: TableName, paths: readonly string[]): string {
  const rows =
    paths.length === 0
      ? 'SELECT 0::BIGINT AS ind, 0 AS "partition", 0::BIGINT AS "offset", 0::UBIGINT AS digest WHERE false'
      : `SELECT ind, "partition", "offset", ${digestSql(table)} AS digest FROM read_parquet(${literals(paths)})`;
  return `CREATE TEMP TABLE current AS ${rows}`;
}

/** SQL of a row's hash over all columns: 64 bits find what happened to a row, they do not withstand a forger. */
function digestSql(table: TableName): string {
  return `hash(${cleanColumns(table)
    .map(({ name }) => identifier(name))
    .join(', ')})`;
}

/**
 * One row about the lines that are rows of the table, cleaned anew: of how many the row has other values, and the
 * first one's offset.
 */
export function alteredSql(table: TableName, lines: string): string {
  const chosen = `(SELECT k, ind, extra, "partition", "offset" FROM judged
    SEMI JOIN current USING (ind, "partition", "offset") WHERE wanted AND reason IS NULL)`;
  return `SELECT count(*) AS "rows", min(made."offset") AS first
    FROM (SELECT ind, "partition", "offset", ${digestSql(table)} AS digest FROM (${cleanSql(table, lines, chosen)})) AS made
    JOIN current USING (ind, "partition", "offset") WHERE made.digest <> current.digest`;
}

/** One row: how many rows the table has, and how many different keys. They are equal in a sound table. */
export const keysSql = 'SELECT count(*) AS "rows", count(DISTINCT ind) AS keys FROM current';

/**
 * One row about the good lines: how many are a row of the table, were superseded by a newer one, or are lost (no row of
 * their key, or only an older one), with the first lost one's position.
 */
export const fateSql = `SELECT
    count(*) FILTER (fate = 'current') AS current, count(*) FILTER (fate = 'superseded') AS superseded,
    count(*) FILTER (fate = 'lost') AS lost, min("offset") FILTER (fate = 'lost') AS first
  FROM (SELECT judged."partition", judged."offset", CASE
      WHEN current.ind IS NULL THEN 'lost'
      WHEN (current."partition", current."offset") = (judged."partition", judged."offset") THEN 'current'
      WHEN (current."partition", current."offset") > (judged."partition", judged."offset") THEN 'superseded'
      ELSE 'lost' END AS fate
    FROM judged LEFT JOIN current USING (ind) WHERE wanted AND reason IS NULL)`;

/** Rows of the table whose position lies in a range: each must be one of the range's lines. */
export function rowsWithinSql({
  partition,
  from,
  to,
}: {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}): string {
  return `SELECT count(*) AS "rows" FROM current WHERE "partition" = ${partition} AND "offset" BETWEEN ${from} AND ${to - 1}`;
}

/** Positions of the bad lines. */
export const badOffsetsSql = 'SELECT "offset" FROM judged WHERE wanted AND reason IS NOT NULL ORDER BY ALL';
