import { escapeId } from 'mysql2';
import type { TimestampFormat } from '../../pipeline/wire-format.ts';

/** A column as the server describes it. */
export interface Column {
  readonly name: string;
  /** `DATA_TYPE` of information_schema, for example `int` or `varchar`. */
  readonly type: string;
}

/**
 * SELECT of a table's rows as key and JSON text. The server writes the JSON: that is less than a third of the work for
 * this process than taking rows apart and putting them together again, and byte for byte what JSON.stringify gives
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
  return `SELECT CAST(${where} AS CHAR), CONCAT('{',${fields.join(",',',")},'}') FROM ${escapeId(table)} WHERE ${where} ${span(offsets)}`;
}

/** The condition on the key: a range where the numbers are one without gaps, else a list of them. */
function span(offsets: readonly number[]): string {
  const sorted = [...new Set(offsets)].toSorted((a, b) => a - b);
  if (!sorted.every((offset) => Number.isSafeInteger(offset))) throw new RangeError('offsets are whole numbers');
  const first = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? -1;
  return last - first + 1 === sorted.length ? `BETWEEN ${first} AND ${last}` : `IN (${sorted.join(',')})`;
}

function jsonText({ name, type }: Column, timestamps: TimestampFormat): string {
  const column = escapeId(name);
  if (/^(tinyint|smallint|mediumint|int|bigint|float|double|decimal|year)$/.test(type))
    return `IFNULL(${column},'null')`;
  if (/^(datetime|timestamp)$/.test(type)) {
    const format = timestamps === 'iso' ? '%Y-%m-%dT%H:%i:%s' : '%Y-%m-%d %H:%i:%s';
    return `IFNULL(JSON_QUOTE(DATE_FORMAT(${column},'${format}')),'null')`;
  }
  const text = /^(char|varchar|tinytext|text|mediumtext|longtext)$/.test(type) ? column : `CAST(${column} AS CHAR)`;
  return `IFNULL(JSON_QUOTE(${text}),'null')`;
}

/** A column's name inside a string literal of SQL. */
function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "''");
}
