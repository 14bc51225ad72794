import { z } from 'zod';

/** Types of a Delta column that this project's tables have. `timestamp` is an instant (UTC), microseconds. */
export const deltaTypes = ['string', 'integer', 'long', 'double', 'timestamp', 'array<double>'] as const;

/** One of the {@link deltaTypes}. */
export type DeltaType = (typeof deltaTypes)[number];

/** A column of a Delta table; every column may be null. */
export interface DeltaColumn {
  readonly name: string;
  readonly type: DeltaType;
}

/** The DuckDB type whose parquet form is that Delta type: TIMESTAMPTZ, since plain TIMESTAMP is not an instant. */
export const duckDbTypes: Readonly<Record<DeltaType, string>> = {
  string: 'VARCHAR',
  integer: 'INTEGER',
  long: 'BIGINT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMPTZ',
  'array<double>': 'DOUBLE[]',
};

/** Columns as the schema text of a table's metadata. */
export function schemaString(columns: readonly DeltaColumn[]): string {
  const fields = columns.map(({ name, type }) => ({
    name,
    type: type === 'array<double>' ? { type: 'array', elementType: 'double', containsNull: true } : type,
    nullable: true,
    metadata: {},
  }));
  return JSON.stringify({ type: 'struct', fields });
}

const schemaText = z.object({ fields: z.array(z.object({ name: z.string(), type: z.unknown() })) });

/** Whether a table's schema text has these columns, in this order and of these types, and no others. */
export function hasColumns(text: string, columns: readonly DeltaColumn[]): boolean {
  return shapeOf(text) === shapeOf(schemaString(columns));
}

function shapeOf(text: string): string | undefined {
  try {
    const { fields } = schemaText.parse(JSON.parse(text));
    return JSON.stringify(fields.map(({ name, type }) => [name, type]));
  } catch {
    return undefined;
  }
}
