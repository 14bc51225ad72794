import type { DeltaColumn } from '../delta/schema.ts';
import type { TableName } from '../tables.ts';

/** Unknown fields of a record as one JSON object's text; null when it had none. Named as in Databricks' readers. */
const rescuedColumn: DeltaColumn = { name: '_rescued_data', type: 'string' };

/** Where the row's record was: of two records of one `ind`, the one with the higher (partition, offset) is the newer. */
const positionColumns: readonly DeltaColumn[] = [
  { name: 'partition', type: 'integer' },
  { name: 'offset', type: 'long' },
];

/** The columns that the course documents, in its order (tasks 1 to 3). */
export const documentedColumns: Readonly<Record<TableName, readonly DeltaColumn[]>> = {
  pin: [
    { name: 'ind', type: 'long' },
    { name: 'unique_id', type: 'string' },
    { name: 'title', type: 'string' },
    { name: 'description', type: 'string' },
    { name: 'follower_count', type: 'integer' },
    { name: 'poster_name', type: 'string' },
    { name: 'tag_list', type: 'string' },
    { name: 'is_image_or_video', type: 'string' },
    { name: 'image_src', type: 'string' },
    { name: 'save_location', type: 'string' },
    { name: 'category', type: 'string' },
  ],
  geo: [
    { name: 'ind', type: 'long' },
    { name: 'country', type: 'string' },
    { name: 'coordinates', type: 'array<double>' },
    { name: 'timestamp', type: 'timestamp' },
  ],
  user: [
    { name: 'ind', type: 'long' },
    { name: 'user_name', type: 'string' },
    { name: 'age', type: 'integer' },
    { name: 'date_joined', type: 'timestamp' },
  ],
};

/** All columns of a cleaned table: the documented ones, what was rescued, the position. */
export function cleanColumns(table: TableName): readonly DeltaColumn[] {
  return [...documentedColumns[table], rescuedColumn, ...positionColumns];
}
