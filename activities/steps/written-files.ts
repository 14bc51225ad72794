import type { DeltaColumn } from '../../pipeline/delta/schema.ts';
import { fileStatistics, type ColumnFigures } from '../../pipeline/delta/statistics.ts';
import type { NewDataFile } from '../delta/port.ts';
import type { SqlRow } from '../duckdb/port.ts';

/** The files that a `COPY … RETURN_STATS` says it wrote, with their statistics. Empty ones are left out. */
export function writtenFiles(rows: readonly SqlRow[], columns: readonly DeltaColumn[]): NewDataFile[] {
  return rows
    .filter(({ count }) => Number(count) > 0)
    .map((row) => {
      const figures = new Map(
        entries(row['column_statistics']).map(({ key, value }) => [
          String(key).replaceAll('"', ''),
          Object.fromEntries(entries(value).map((pair) => [String(pair.key), textOf(pair.value)])) as ColumnFigures,
        ]),
      );
      const stats = fileStatistics(columns, Number(row['count']), figures);
      return { path: String(row['filename']), stats: JSON.stringify(stats) };
    });
}

/** A map as DuckDB's client gives it. */
function entries(value: unknown): readonly { readonly key: unknown; readonly value: unknown }[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
