import * as fc from 'fast-check';
import { cleanColumns, documentedColumns } from '../../../pipeline/cleaning/clean-columns.ts';
import { lineFileName, linesSql } from '../../../pipeline/cleaning/lines-sql.ts';
import { slicesOf, mergedSql } from '../../../pipeline/cleaning/merge-sql.ts';
import { cleaningReasons, parseVerdict } from '../../../pipeline/cleaning/reasons.ts';
import { sourceFields } from '../../../pipeline/cleaning/source-fields.ts';
import { identifier, literal } from '../../../pipeline/cleaning/sql-text.ts';
import { questions } from '../../../pipeline/questions/questions.ts';
import { tableNames } from '../../../pipeline/tables.ts';

describe('columns', () => {
  test('are the documented ones in their order, then what was rescued and the position', () => {
    expect(documentedColumns.pin.map(({ name }) => name).join()).toBe(
      'ind,unique_id,title,description,follower_count,poster_name,tag_list,is_image_or_video,image_src,save_location,category',
    );
    expect(documentedColumns.geo.map(({ name }) => name).join()).toBe('ind,country,coordinates,timestamp');
    expect(documentedColumns.user.map(({ name }) => name).join()).toBe('ind,user_name,age,date_joined');
    for (const table of tableNames) {
      expect(
        cleanColumns(table)
          .slice(-3)
          .map(({ name }) => name),
      ).toEqual(['_rescued_data', 'partition', 'offset']);
    }
  });

  test('a line’s missing fields fit the bits of an INTEGER', () => {
    for (const table of tableNames) expect(sourceFields[table].length).toBeLessThan(31);
  });
});

describe('verdicts', () => {
  test('are a reason, with the field where it is about one', () => {
    expect(parseVerdict('no_key')).toEqual({ reason: 'no_key', detail: cleaningReasons.no_key });
    expect(parseVerdict('wrong_type:age')).toEqual({
      reason: 'wrong_type',
      detail: `${cleaningReasons.wrong_type}: age`,
    });
    for (const text of ['', 'other', 'toString', '__proto__']) expect(() => parseVerdict(text)).toThrow(RangeError);
  });
});

describe('SQL text', () => {
  test('quotes any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quoted = literal(text);
        expect(quoted.slice(1, -1).replaceAll("''", "'")).toBe(text);
        expect(quoted.slice(1, -1).replaceAll("''", '')).not.toContain("'");
        expect(identifier(text).slice(1, -1).replaceAll('""', '')).not.toContain('"');
      }),
    );
  });

  test('reads every file in exactly one branch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 }), (files, branches) => {
        const paths = Array.from({ length: files }, (_, n) => `/f/${lineFileName(n)}`);
        const sql = linesSql(paths, branches);
        for (const path of paths) expect(sql.split(`'${path}'`)).toHaveLength(2);
        expect(sql.split('UNION ALL').length).toBeLessThanOrEqual(branches);
        expect(sql).not.toContain('read_text([])');
      }),
    );
    expect(linesSql([], 4)).toContain('WHERE false');
    expect(() => lineFileName(100_000_000)).toThrow(RangeError);
  });

  test('slices take every key once, and bounds are numbers or refused', () => {
    const bounds = ['-5', '10', '9007199254740993'];
    const slices = slicesOf(bounds);
    const takes = (key: bigint): number =>
      slices.filter(({ from, to }) => (from === null || key >= BigInt(from)) && (to === null || key < BigInt(to)))
        .length;
    for (const key of [-6n, -5n, 0n, 10n, 9007199254740992n, 9007199254740993n]) expect(takes(key)).toBe(1);
    expect(() => mergedSql('geo', '()', undefined, { from: '1; DROP TABLE newest', to: null })).toThrow(SyntaxError);
  });
});

test('every question has a total order and names that are its table’s', () => {
  expect(questions.map(({ name }) => name)).toEqual([
    'q4',
    'q5',
    'q5all',
    'q6a',
    'q6b',
    'q7',
    'q8',
    'q9',
    'q10',
    'q11',
  ]);
  for (const { sql, name, columns } of questions) {
    expect(sql).toContain('ORDER BY');
    expect(name).toMatch(/^[a-z0-9_]+$/);
    for (const column of columns) expect(sql).toContain(column.name);
  }
});
