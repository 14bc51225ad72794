import { literals } from './sql-text.ts';

/** Name of the local file of the landed object number `n`: 8 digits, which {@link linesSql} reads the number from. */
export function lineFileName(n: number): string {
  if (!Number.isInteger(n) || n < 0 || n > 99_999_999)
    throw new RangeError('a cleaning takes at most 100,000,000 objects');
  return `${String(n).padStart(8, '0')}.jsonl`;
}

/**
 * SQL of the lines of files as `(k, line)`. `k` is made of the file's number and the line's, so a line's place is exact
 * whatever order threads read in. Files are read as plain text, split at newlines: the CSV reader falls over a carriage
 * return or NUL, and the JSON reader turns bad lines to rows of nulls. A branch a group lets the groups be read side by side.
 */
export function linesSql(paths: readonly string[], branches: number): string {
  if (paths.length === 0) return `(SELECT 0::BIGINT AS k, ''::VARCHAR AS line WHERE false)`;
  const groups = Math.min(branches, paths.length);
  const bound = (n: number): number => Math.floor((n * paths.length) / groups);
  const selects = Array.from({ length: groups }, (_, n) => groupSql(paths.slice(bound(n), bound(n + 1))));
  return `(${selects.join('\n      UNION ALL ')})`;
}

/** SQL of a line's `k` from the number of its file and its own, from 1. */
export function lineKeySql(file: string, line: string): string {
  return `((${file})::BIGINT * 4294967296 + (${line}))`;
}

function groupSql(paths: readonly string[]): string {
  return `SELECT ${lineKeySql('file', 'generate_subscripts(lines, 1)')} AS k, unnest(lines) AS line FROM (
        SELECT left(parse_filename(filename), 8)::INTEGER AS file, string_split(content, chr(10))[:-2] AS lines
        FROM read_text(${literals(paths)}))`;
}
