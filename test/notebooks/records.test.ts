import * as fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDuckDb } from '../../activities/duckdb/engine.ts';
import type { SqlEngine, SqlRow } from '../../activities/duckdb/port.ts';
import { inheritedEnvironment } from '../../config/environment.ts';
import { cleanSql } from '../../pipeline/cleaning/clean-sql.ts';
import { absentBits, judgeSql } from '../../pipeline/cleaning/judge-sql.ts';
import { lineFileName, linesSql } from '../../pipeline/cleaning/lines-sql.ts';
import { tableNames, type TableName } from '../../pipeline/tables.ts';
import { requirePrerequisite } from '../../stack/prerequisites.ts';
import { dirtOf, repeatsOf } from './dirt.ts';

const root = join(__dirname, '../..');
const { signal } = new AbortController();
let engine: SqlEngine;
let python: string;
let workDir: string;

beforeAll(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'records-test-'));
  engine = createDuckDb({
    memory: '512MB',
    threads: 2,
    workDir,
    childPath: join(root, 'dist/activities/duckdb/child.js'),
  });
  ({ path: python } = await requirePrerequisite('python', 'the notebooks'));
});
afterAll(() => rmSync(workDir, { recursive: true }));

/** The verdict on a line, and what of its fields both engines give as they read it, before the course's rules. */
type Verdict = Readonly<Record<string, unknown>>;

/** Runs the cells of `notebooks/shared/records` without Spark, and has them judge. */
const harness = `
import json, sys
source = open(sys.argv[1], encoding="utf-8").read()
exec(compile(source, sys.argv[1], "exec"))
order = json.load(sys.stdin)
fields = FIELDS[order["table"]]
for line in order["lines"]:
    found = judge(line.encode("utf-8"), fields)
    if found["reason"] is None:
        found["ind"] = str(found["ind"])
        for name, kind in fields.items():
            if kind == "instant" and found[name] is not None:
                found[name] = str(found[name])
    print(json.dumps(found))
`;

function byNotebook(table: TableName, lines: readonly string[]): Verdict[] {
  const { stdout, stderr, status } = spawnSync(python, ['-c', harness, join(root, 'notebooks/shared/records.py')], {
    input: JSON.stringify({ table, lines }),
    env: inheritedEnvironment(),
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((text): Verdict => JSON.parse(text));
}

/** SQL of what {@link Verdict} compares of a table, by the notebook's names. */
const compared: Readonly<Record<TableName, Readonly<Record<string, string>>>> = {
  pin: { unique_id: 'unique_id', category: 'category' },
  geo: {
    country: 'country',
    latitude: 'coordinates[1]',
    longitude: 'coordinates[2]',
    timestamp: 'epoch_us("timestamp")::VARCHAR',
  },
  user: { age: 'age', date_joined: 'epoch_us(date_joined)::VARCHAR' },
};

async function byDuckDb(table: TableName, lines: readonly string[]): Promise<Verdict[]> {
  return engine.use({ signal }, async (session) => {
    const path = join(session.folder, lineFileName(0));
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    const source = linesSql([path], 1);
    await session.run(`CREATE TEMP TABLE judged AS ${judgeSql(table, source)}`);
    const chosen = `(SELECT k, ind, extra, 0 AS "partition", k AS "offset" FROM judged WHERE reason IS NULL)`;
    const columns = Object.entries(compared[table]).map(([name, sql]) => `${sql} AS "${name}"`);
    const rows = await session.rows(`SELECT judged.k, judged.ind::VARCHAR AS ind, reason, absent, cleaned.* EXCLUDE (k)
      FROM judged LEFT JOIN (SELECT "offset" AS k, _rescued_data, ${columns.join(', ')} FROM (${cleanSql(table, source, chosen)})) AS cleaned
      ON judged.k = cleaned.k ORDER BY judged.k`);
    return rows.map((row) => verdictOf(table, row));
  });
}

function verdictOf(table: TableName, row: SqlRow): Verdict {
  if (row['reason'] !== null) return { reason: row['reason'] };
  const absent = absentBits(table).flatMap(({ name, bit }) => ((Number(row['absent']) >> bit) & 1 ? [name] : []));
  const values = Object.keys(compared[table]).map((name) => [name, row[name]]);
  return { reason: null, ind: row['ind'], absent, _rescued_data: row['_rescued_data'], ...Object.fromEntries(values) };
}

/**
 * What the notebook gives, in the form of {@link verdictOf}. An empty text is null after the course's rules; the sign of a
 * zero is lost on DuckDB's way to us.
 */
function seen(table: TableName, verdict: Verdict): Verdict {
  if (verdict['reason'] !== null) return verdict;
  const names = ['reason', 'ind', 'absent', '_rescued_data', ...Object.keys(compared[table])];
  const plain = (value: unknown): unknown => (value === '' ? null : Object.is(value, -0) ? 0 : value);
  return Object.fromEntries(names.map((name) => [name, plain(verdict[name])]));
}

/** Lines with what the notebook, and what DuckDB makes of each. */
async function both(
  table: TableName,
  lines: readonly string[],
): Promise<{ readonly notebook: unknown; readonly duckDb: unknown }> {
  const [notebook, duckDb] = [byNotebook(table, lines), await byDuckDb(table, lines)];
  const pairs = (verdicts: readonly Verdict[]): unknown[] => lines.map((line, n) => [line, verdicts[n]]);
  return { notebook: pairs(notebook.map((verdict) => seen(table, verdict))), duckDb: pairs(duckDb) };
}

describe('a record is read by the notebooks as by DuckDB', () => {
  test.each(tableNames)('at the edges of every rule: %s', async (table) => {
    // A text loses a byte order mark on its way from DuckDB to us; the heavy test compares the tables themselves.
    const { notebook, duckDb } = await both(
      table,
      [...dirtOf(table), ...repeatsOf(table, 0)].filter((line) => !line.includes('\ufeff"')),
    );
    expect(notebook).toEqual(duckDb);
  });

  test('whatever it holds', async () => {
    const digits = (from: number, to: number): fc.Arbitrary<string> =>
      fc.integer({ min: from, max: to }).map((n) => String(n).padStart(String(to).length, '0'));
    const instant = fc
      .tuple(digits(0, 9999), digits(0, 13), digits(0, 32), digits(0, 25), digits(0, 61), digits(0, 61))
      .chain(([y, mo, d, h, mi, s]) =>
        fc
          .constantFrom('', 'Z', '.5', '.000001Z', '+01:30', '-0930', '+14', ' ')
          .map((end) => `${y}-${mo}-${d} ${h}:${mi}:${s}${end}`),
      );
    const record = fc.record(
      {
        ind: fc.oneof(fc.maxSafeInteger(), fc.jsonValue()),
        index: fc.constantFrom(null, 1),
        timestamp: fc.oneof({ weight: 4, arbitrary: instant }, fc.string()),
        latitude: fc.oneof(fc.double(), fc.integer()),
        longitude: fc.oneof(fc.float(), fc.jsonValue()),
        country: fc.string({ unit: 'binary' }),
        more: fc.jsonValue(),
      },
      { requiredKeys: ['ind'] },
    );
    const lines = fc.array(fc.oneof({ weight: 9, arbitrary: record.map((one) => JSON.stringify(one)) }, fc.json()), {
      minLength: 300,
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(lines, async (drawn) => {
        const { notebook, duckDb } = await both('geo', drawn);
        expect(notebook).toEqual(duckDb);
      }),
      { numRuns: 10 },
    );
  });
});

test('the documented fields are those of the pipeline', () => {
  // The notebooks run in a workspace that has nothing of this repository, so they have a list of their own.
  const text = readFileSync(join(root, 'notebooks/shared/records.py'), 'utf8');
  for (const table of tableNames) {
    for (const { name } of absentBits(table)) expect(text).toContain(`"${name}": "`);
  }
});
