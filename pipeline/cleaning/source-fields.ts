import type { TableName } from '../tables.ts';

/**
 * What a field of a source record may be. JSON `null` is always allowed and means unknown.
 *
 * - `text` a JSON string
 * - `instant` a JSON string, `2018-01-01 10:00:00` or `2018-01-01T10:00:00`, with or without fraction and zone; without
 *   a zone it is UTC
 * - `number` a JSON number
 * - `integer` a JSON number without fraction or exponent
 * - `dropped` anything: no table has it
 */
export type FieldKind = 'text' | 'instant' | 'number' | 'integer' | 'dropped';

/** A documented field of a source record, the key apart. */
export interface SourceField {
  readonly name: string;
  readonly kind: FieldKind;
}

/** The key goes by either name in the wild, in all three tables: `index` in the source's pins, `ind` elsewhere. */
export const keyFields = ['index', 'ind'] as const;

/** The documented fields of the three source tables, in the source's order. */
export const sourceFields: Readonly<Record<TableName, readonly SourceField[]>> = {
  pin: [
    { name: 'unique_id', kind: 'text' },
    { name: 'title', kind: 'text' },
    { name: 'description', kind: 'text' },
    { name: 'poster_name', kind: 'text' },
    { name: 'follower_count', kind: 'text' },
    { name: 'tag_list', kind: 'text' },
    { name: 'is_image_or_video', kind: 'text' },
    { name: 'image_src', kind: 'text' },
    { name: 'downloaded', kind: 'dropped' },
    { name: 'save_location', kind: 'text' },
    { name: 'category', kind: 'text' },
  ],
  geo: [
    { name: 'timestamp', kind: 'instant' },
    { name: 'latitude', kind: 'number' },
    { name: 'longitude', kind: 'number' },
    { name: 'country', kind: 'text' },
  ],
  user: [
    { name: 'first_name', kind: 'text' },
    { name: 'last_name', kind: 'text' },
    { name: 'age', kind: 'integer' },
    { name: 'date_joined', kind: 'instant' },
  ],
};
