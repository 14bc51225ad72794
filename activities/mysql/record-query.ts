import { escapeId } from 'mysql2';
import type { TimestampFormat } from '../../pipeline/wire-format.ts';

/** A column as the server describes it. */
export interface Column {
  readonly name: string;
  /** `DATA_TYPE` of information_schema, for example `int` or `varchar`. */
  readonly type: string;
}

/** Bytes of rows' text that a query gives at most: bounds the memory, and is far above what Kafka takes as a record. */
export const longestText = 16 * 1024 * 1024;

/**
 * What a session needs: a place for the rows' text (the server cuts it off there, with nothing but a warning), and UTC
 * for TIMESTAMP columns, whatever the server's zone.
 */
export const recordSession = `SET time_zone = '+00:00', group_concat_max_len = ${longestText}`;

/**
 * SELECT of a table's rows as one row: their count, and their text, a line `<key> TAB <JSON>` each. The server writes the
 * JSON, and all rows come as one value: that is a fifth of the work for this process than taking rows apart and putting
 * them together again, and byte for byte what JSON.stringify gives, which has no line break and no tab
 * (docs/decisions/reading-the-source.md). Numbers in `offsets` are whole and safe, so they stand in the text as they are.
 */
export function recordQuery(
  table: string,
  key: string,
  columns: readonly Column[],
  offsets: readonly number[],
  timestamps: TimestampFormat,
): string {
  const fields = columns.map(
    (column) => `'${escapeText(JSON.stringify(column.name))}:',${jsonText(column, timestamps)}`,
  );
  const where = escapeId(key);
  const line = `${where},'\\t{',${fields.join(",',',")},'}\\n'`;
  return `SELECT COUNT(*), GROUP_CONCAT(${line} SEPARATOR '') FROM ${escapeId(table)} WHERE ${where} ${span(offsets)}`;
}

/** The condition on the key: a range where the numbers are one without gaps, else a list of them. */
function span(offsets: readonly number[]): string {
  const sorted = [...new Set(offsets)].toSorted((a, b) => a - b);
  if (!sorted.every((offset) => Number.isSafeInteger(offset))) throw new RangeError('offsets are whole numbers');
  const first = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? -1;
  return last - first + 1 === sorted.length ? `BETWEEN ${first} AND ${last}` : `IN (${sorted.join(',')})`;
}

/**
 * The column as JSON. NULL is asked for before and not after: functions give NULL for what is too long as well, and
 * such a row must be missed.
 */
function jsonText({ name, type }: Column, timestamps: TimestampFormat): string {
  const column = escapeId(name);
  return `IF(${column} IS NULL,'null',${jsonValue(column, type, timestamps)})`;
}

function jsonValue(column: string, type: string, timestamps: TimestampFormat): string {
  if (/^(tinyint|smallint|mediumint|int|bigint|float|double|decimal|year)$/.test(type)) return column;
  if (/^(datetime|timestamp)$/.test(type)) {
    const format = timestamps === 'iso' ? '%Y-%m-%dT%H:%i:%s' : '%Y-%m-%d %H:%i:%s';
    return `JSON_QUOTE(DATE_FORMAT(${column},'${format}'))`;
  }
  const text = /^(char|varchar|tinytext|text|mediumtext|longtext)$/.test(type) ? column : `CAST(${column} AS CHAR)`;
  return `JSON_QUOTE(${text})`;
}

/** A column's name inside a string literal of SQL. */
function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "''");
}
