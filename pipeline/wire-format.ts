/** How dates with times are written: `space` is `2018-01-01 10:00:00`, `iso` is `2018-01-01T10:00:00`. UTC, no zone. */
export type TimestampFormat = 'space' | 'iso';

/**
 * The key of a record: the text of its post's number, which producers call `index` or `ind`, so that all records of one
 * post go to one partition and its offsets order them. `undefined` for a line without such a number, or not JSON at all.
 */
export function keyOfLine(line: string): string | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof row !== 'object' || row === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(row));
  const number = fields.get('ind') ?? fields.get('index');
  if (typeof number === 'number') return String(number);
  return typeof number === 'string' && number !== '' ? number.trim() : undefined;
}
