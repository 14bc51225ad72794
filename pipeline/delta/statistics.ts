import type { AddFile } from './actions.ts';
import type { DeltaColumn } from './schema.ts';

/** What DuckDB's `RETURN_STATS` tells of one column: its figures as text. */
export type ColumnFigures = Readonly<Record<string, string | null | undefined>>;

/** A file's statistics as readers prune by them. */
export interface FileStatistics {
  readonly numRecords: number;
  readonly minValues: Readonly<Record<string, number | string>>;
  readonly maxValues: Readonly<Record<string, number | string>>;
  readonly nullCount: Readonly<Record<string, number>>;
}

/**
 * Statistics of a file from what DuckDB told of it. Bounds are given for whole numbers and instants alone: text would have to
 * be cut, doubles have NaN, and nobody prunes these tables by them.
 */
export function fileStatistics(
  columns: readonly DeltaColumn[],
  numRecords: number,
  figures: ReadonlyMap<string, ColumnFigures>,
): FileStatistics {
  const minValues: Record<string, number | string> = {};
  const maxValues: Record<string, number | string> = {};
  const nullCount: Record<string, number> = {};
  for (const { name, type } of columns) {
    const figure = figures.get(name);
    const nulls = figure?.['null_count'];
    if (figure === undefined) continue;
    if (nulls !== undefined && nulls !== null && type !== 'array<double>') nullCount[name] = Number(nulls);
    const min = bound(figure['min'], type, 'down');
    const max = bound(figure['max'], type, 'up');
    if (min === undefined || max === undefined) continue;
    minValues[name] = min;
    maxValues[name] = max;
  }
  return { numRecords, minValues, maxValues, nullCount };
}

/** Reads a file's statistics; `undefined` where it has none that can be read. */
export function parseStatistics(file: AddFile): FileStatistics | undefined {
  if (file.stats === undefined) return undefined;
  try {
    const stats: Partial<FileStatistics> = JSON.parse(file.stats);
    if (typeof stats.numRecords !== 'number') return undefined;
    return { minValues: {}, maxValues: {}, nullCount: {}, ...stats, numRecords: stats.numRecords };
  } catch {
    return undefined;
  }
}

/** Whether a file can hold a row whose whole-number column lies in [min, max], as far as its statistics tell. */
export function mayHold(file: AddFile, column: string, min: number, max: number): boolean {
  const stats = parseStatistics(file);
  if (stats?.numRecords === 0) return false;
  const low = stats?.minValues[column];
  const high = stats?.maxValues[column];
  if (typeof low !== 'number' || typeof high !== 'number') return true;
  return low <= max && high >= min;
}

function bound(
  text: string | null | undefined,
  type: DeltaColumn['type'],
  towards: 'down' | 'up',
): number | string | undefined {
  if (text === undefined || text === null) return undefined;
  if (type === 'integer' || type === 'long') {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  return type === 'timestamp' ? instantBound(text, towards) : undefined;
}

/** DuckDB writes `2017-10-20 00:00:00.5+00`; Delta wants milliseconds, an upper bound rounded up. */
function instantBound(text: string, towards: 'down' | 'up'): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/.exec(text);
  if (match === null) return undefined;
  const [, day, time, fraction = ''] = match;
  const micros = Number(fraction.padEnd(6, '0'));
  const millis = towards === 'down' ? Math.floor(micros / 1000) : Math.ceil(micros / 1000);
  return new Date(Date.parse(`${day}T${time}Z`) + millis).toISOString();
}
