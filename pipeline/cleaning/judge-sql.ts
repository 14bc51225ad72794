import type { TableName } from '../tables.ts';
import { oddFollowerCountSql } from './follower-count.ts';
import { instantSql } from './instants.ts';
import type { CleaningReason } from './reasons.ts';
import { keyFields, sourceFields, type FieldKind, type SourceField } from './source-fields.ts';
import { literals, pathList } from './sql-text.ts';

/** JSON types, as DuckDB names them, that a field of a kind may have. */
const jsonTypes: Readonly<Record<Exclude<FieldKind, 'dropped'>, readonly string[]>> = {
  text: ['VARCHAR', 'NULL'],
  instant: ['VARCHAR', 'NULL'],
  number: ['UBIGINT', 'BIGINT', 'DOUBLE', 'NULL'],
  integer: ['UBIGINT', 'BIGINT', 'NULL'],
};

/**
 * Lines longer than this could be nested so deep that DuckDB's recursion overruns its stack (it dies at a million
 * levels); shorter ones cannot. A long line with more brackets than `tooManyBrackets` is not parsed at all.
 */
const longLine = 65_536;
const tooManyBrackets = 10_000;

/**
 * SQL that judges every line, one row a line: `k` (of the line source), `ind`, `reason` (null = good; see
 * reasons.ts), `extra` (it has fields that nobody documented), `absent` (a bit for each documented field that it
 * lacks), `odd` (a follower count of no known shape). Parses each line three times, which is cheap, and keeps none of it.
 */
export function judgeSql(table: TableName, lines: string): string {
  const fields = sourceFields[table];
  const names = [...keyFields, ...fields.map(({ name }) => name)];
  const checked = fields.filter(
    ({ name, kind }) => (kind !== 'text' && kind !== 'dropped') || name === 'follower_count',
  );
  const values = [...keyFields, ...checked.map(({ name }) => name)];
  const type = (name: string): string => `t[${names.indexOf(name) + 1}]`;
  const value = (name: string): string => `v[${values.indexOf(name) + 1}]`;
  const wrongType = fields.flatMap(({ name, kind }) =>
    kind === 'dropped' ? [] : [verdict('wrong_type', `${type(name)} NOT IN (${list(jsonTypes[kind])})`, name)],
  );
  const badValue = checked.flatMap((field) => unreadable(field, value(field.name)));
  const present = names.map((name) => `(${type(name)} IS NOT NULL)::INTEGER`).join(' + ');
  const absent = fields.map(({ name }, bit) => `(${type(name)} IS NULL)::INTEGER * ${2 ** bit}`).join(' + ');
  const odd = table === 'pin' ? oddFollowerCountSql(value('follower_count')) : 'false';
  const wrongKeyType = keyFields.map((_, n) => `t[${n + 1}] NOT IN (${list(jsonTypes.integer)})`).join(' OR ');
  return `
    SELECT k, ind, ${odd} AS odd,
      NOT usual AND len(names) > ${present} AS extra,
      CASE WHEN usual THEN 0 ELSE ${absent} END AS absent,
      CASE
        WHEN usual THEN NULL
        ${verdict('too_deep', 'deep')}
        ${verdict('not_json', 't IS NULL')}
        ${verdict('not_an_object', String.raw`NOT starts_with(ltrim(line, E' \t\r'), '{')`)}
        ${verdict('name_twice', 'len(names) <> len(list_distinct(names))')}
        ${verdict('two_keys', `${isThere('t[1]')} AND ${isThere('t[2]')} AND v[1] <> v[2]`)}
        ${verdict('no_key', `NOT ${isThere('t[1]')} AND NOT ${isThere('t[2]')}`)}
        ${verdict('bad_key', wrongKeyType)}
        ${wrongType.join('\n        ')}
      END AS wrong,
      CASE
        WHEN wrong IS NOT NULL THEN wrong
        ${verdict('bad_key', 'ind IS NULL')}
        ${badValue.join('\n        ')}
      END AS reason
    FROM (
      SELECT *, TRY_CAST(coalesce(v[1], v[2]) AS BIGINT) AS ind,
        coalesce(len(names) = ${fields.length + 1} AND CAST(t AS VARCHAR) IN (${usualTypes(fields)}), false) AS usual
      FROM (
        SELECT k, line, deep,
          TRY(json_type(line, ${pathList(names)})) AS t,
          TRY(json_extract_string(line, ${pathList(values)})) AS v,
          TRY(json_keys(line)) AS names
        FROM (SELECT k, deep, CASE WHEN deep THEN NULL ELSE line END AS line FROM (
          SELECT k, line, CASE WHEN strlen(line) > ${longLine}
            THEN strlen(line) - strlen(replace(replace(line, '[', ''), '{', '')) > ${tooManyBrackets}
            ELSE false END AS deep
          FROM ${lines}))))`;
}

/** Types of a record as producers make it, as DuckDB prints them, with the key under either name. Most lines are such: one comparison each. */
function usualTypes(fields: readonly SourceField[]): string {
  const types: Readonly<Record<FieldKind, string>> = {
    text: 'VARCHAR',
    instant: 'VARCHAR',
    number: 'DOUBLE',
    integer: 'UBIGINT',
    dropped: 'UBIGINT',
  };
  const rest = fields.map(({ kind }) => types[kind]).join(', ');
  return [`'[UBIGINT, NULL, ${rest}]'`, `'[NULL, UBIGINT, ${rest}]'`].join(', ');
}

/** Bit of a field in `absent`, by name. */
export function absentBits(table: TableName): readonly { readonly name: string; readonly bit: number }[] {
  return sourceFields[table].map(({ name }, bit) => ({ name, bit }));
}

function unreadable({ name, kind }: SourceField, value: string): string[] {
  switch (kind) {
    case 'instant':
      return [verdict('bad_value', `${value} <> '' AND ${instantSql(value)} IS NULL`, name)];
    case 'number':
      return [
        verdict(
          'bad_value',
          `${value} IS NOT NULL AND NOT coalesce(isfinite(TRY_CAST(${value} AS DOUBLE)), false)`,
          name,
        ),
      ];
    case 'integer':
      return [verdict('bad_value', `${value} IS NOT NULL AND TRY_CAST(${value} AS INTEGER) IS NULL`, name)];
    case 'text':
    case 'dropped':
      break;
  }
  return [];
}

function verdict(reason: CleaningReason, when: string, field?: string): string {
  return `WHEN ${when} THEN '${field === undefined ? reason : `${reason}:${field}`}'`;
}

function isThere(type: string): string {
  return `coalesce(${type} <> 'NULL', false)`;
}

function list(texts: readonly string[]): string {
  return literals(texts).slice(1, -1);
}
