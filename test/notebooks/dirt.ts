import { sourceFields } from '../../pipeline/cleaning/source-fields.ts';
import type { TableName } from '../../pipeline/tables.ts';
import { anything, broken, extras, keys, ofField, ofKind } from './dirt-values.ts';

/**
 * Lines at the edge of every cleaning rule, as texts, since much dirt is in how JSON is written. All of them are what the
 * landing lets through, and lines that no reader takes.
 */
export function dirtOf(table: TableName): readonly string[] {
  const lines: string[] = [];
  const next = (): string => String(lines.length);
  for (const { name, kind } of sourceFields[table]) {
    for (const value of [...ofKind[kind], ...(ofField[name] ?? []), ...anything]) {
      lines.push(line(table, next(), { [name]: value }));
    }
    lines.push(line(table, next(), { [name]: undefined }));
  }
  for (const key of keys) lines.push(line(table, undefined, {}, key));
  for (const more of extras) lines.push(line(table, next(), {}, more));
  lines.push(`{"ind":${next()}}`, ` \t{"index" :\t${next()} } \r`);
  return [...lines, ...broken];
}

/** Some posts sent again and again with other values, over partitions: of each `ind` one is the newest. */
export function repeatsOf(table: TableName, partition: number): readonly string[] {
  const field = { pin: 'title', geo: 'country', user: 'first_name' }[table];
  return Array.from({ length: 40 }, (_, n) =>
    line(table, String(5_000 + ((n * 7) % 12)), {
      [field]: JSON.stringify(n % 11 === 0 ? '' : `sent as ${partition}/${n}`),
    }),
  );
}

/** A good record with other values, as JSON texts; `undefined` leaves the field out. `more` stands before everything else. */
function line(
  table: TableName,
  ind: string | undefined,
  change: Readonly<Record<string, string | undefined>>,
  more?: string,
): string {
  const fields = Object.entries({ ...good[table], ...change }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${JSON.stringify(name)}: ${value}`],
  );
  const key = ind === undefined ? [] : [`"${table === 'pin' ? 'index' : 'ind'}": ${ind}`];
  return `{${[...(more === undefined ? [] : [more]), ...key, ...fields].join(', ')}}`;
}

const good: Readonly<Record<TableName, Readonly<Record<string, string>>>> = {
  pin: {
    unique_id: '"fbe53c66-3442-4773-b19e-d3ec6f54dddf"',
    title: '"Title"',
    description: '"Words \u2026\u00a0"',
    poster_name: '"Poster"',
    follower_count: '"6k"',
    tag_list: '"a,b"',
    is_image_or_video: '"image"',
    image_src: '"https://i.example/1.jpg"',
    downloaded: '1',
    save_location: '"Local save in /data/art"',
    category: '"art"',
  },
  geo: { timestamp: '"2020-08-28 03:52:47"', latitude: '-89.9787', longitude: '-173.293', country: '"Albania"' },
  user: { first_name: '"Abigail"', last_name: '"Ali"', age: '20', date_joined: '"2015-10-24T11:23:51"' },
};
