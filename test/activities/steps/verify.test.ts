import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cleanColumns } from '../../../pipeline/cleaning/clean-columns.ts';
import { parseStatistics } from '../../../pipeline/delta/statistics.ts';
import type { ObjectStore } from '../../../activities/shared/object-store.ts';
import type { AnswerResult, CleanResult, LandResult } from '../../../activities/steps/contract.ts';
import { missingInQuarantine } from '../../../activities/steps/quarantined-offsets.ts';
import { auditWholeTable } from '../../../activities/steps/whole-table-audit.ts';
import { tablesFixtures, type TablesFixture } from './tables-fixture.ts';

let fixtures: Awaited<ReturnType<typeof tablesFixtures>>;
const { signal } = new AbortController();

beforeAll(async () => {
  fixtures = await tablesFixtures();
});
afterAll(() => fixtures.close());

interface Run {
  readonly landed: LandResult[];
  readonly cleaned: CleanResult[];
  readonly answers: AnswerResult;
}

const geo = (ind: number): object => ({
  ind,
  country: 'A',
  timestamp: '2020-01-01 00:00:00',
  latitude: 1,
  longitude: 2,
});

/** A day: ten posts, of which one has a bad line in each table. */
async function day(at: TablesFixture, runId: string, first: number): Promise<Run> {
  const inds = Array.from({ length: 10 }, (_, n) => first + n);
  const landed = [
    await at.land('pin', [[...inds.map((index) => ({ index, category: 'art', follower_count: '1k' })), '{}']]),
    await at.land('geo', [[...inds.map(geo), '{"ind":"x"}'], inds.map(geo)]),
    await at.land('user', [[...inds.map((ind) => ({ ind, age: 30 })), '[]']]),
  ];
  const cleaned = [];
  for (const one of landed) cleaned.push(await at.clean(one, runId));
  return { landed, cleaned, answers: await at.answer(cleaned, runId) };
}

/** Does to the table geo what a broken writer would: publishes the rows that a query makes of its own. */
async function tamper(at: TablesFixture, sql: string): Promise<void> {
  const table = at.tables.table('geo', cleanColumns('geo'));
  const base = await table.snapshot({ signal });
  const files = [...(base?.files.values() ?? [])];
  const folder = mkdtempSync(join(at.workDir, 'tamper-'));
  const [file] = files;
  if (base === undefined || file === undefined) throw new Error('no table');
  await table.download(file, join(folder, 'old.parquet'), signal);
  const count = await at.engine.use({ signal }, async (session) => {
    copyFileSync(join(folder, 'old.parquet'), join(session.folder, 'old.parquet'));
    await session.run(`CREATE VIEW rows AS FROM read_parquet('${session.folder}/old.parquet')`);
    await session.run(`COPY (${sql}) TO '${session.folder}/new.parquet' (FORMAT parquet)`);
    copyFileSync(join(session.folder, 'new.parquet'), join(folder, 'new.parquet'));
    const [row] = await session.rows(`SELECT count(*) AS n FROM (${sql})`);
    return Number(row?.['n']);
  });
  const stats = JSON.stringify({ ...parseStatistics(file), numRecords: count });
  const add = await table.upload({ path: join(folder, 'new.parquet'), stats }, signal);
  await table.commit(
    base,
    { operation: 'WRITE', add: [add], remove: [file.path], progress: [], run: 'tamper', metrics: {} },
    signal,
  );
  rmSync(folder, { recursive: true });
}

describe('a sound run', () => {
  test('is proved, with what it superseded and what it put aside', async () => {
    const at = await fixtures.make();
    const first = await day(at, 'day-1', 0);
    expect(await at.verify(first.landed, first.cleaned, first.answers, 'day-1')).toEqual({
      objects: 8,
      offsets: 43,
      rows: 30,
    });
    const second = await day(at, 'day-2', 5);
    expect(await at.verify(second.landed, second.cleaned, second.answers, 'day-2')).toMatchObject({ rows: 45 });
    expect(await at.verify(first.landed, first.cleaned, first.answers, 'day-1')).toMatchObject({ rows: 30 });
    expect(await auditWholeTable(at, { user: at.user, table: 'geo' }, signal)).toEqual({
      table: 'geo',
      version: 1,
      rows: 15,
      lines: 42,
      current: 15,
      superseded: 25,
      quarantined: 2,
      waiting: 0,
      problems: [],
    });
  });

  test('may have landed more than was cleaned: the next run takes it in', async () => {
    const at = await fixtures.make();
    await day(at, 'day-1', 0);
    await at.land('geo', [[geo(50)]]);
    expect(await auditWholeTable(at, { user: at.user, table: 'geo' }, signal)).toMatchObject({
      waiting: 1,
      problems: [],
    });
    const nothing = await fixtures.make();
    expect(await auditWholeTable(nothing, { user: nothing.user, table: 'geo' }, signal)).toMatchObject({
      version: null,
      problems: [],
    });
  });
});

describe('the quarantine', () => {
  /** Counts the objects that are read. */
  const counting = (at: TablesFixture, read: string[]): ObjectStore => ({
    ...at.store,
    get: async (key, ...rest) => {
      read.push(key);
      return at.store.get(key, ...rest);
    },
  });

  test('of many runs is read only where the lines that are looked for may be', async () => {
    const at = await fixtures.make();
    for (let run = 0; run < 6; run += 1) await at.clean(await at.land('geo', [['bad', geo(run)]]), `run-${run}`);
    const read: string[] = [];
    const place = { topic: `${at.user}.geo`, partition: 0, stage: 'clean' };
    const look = (offsets: readonly number[]): Promise<readonly number[]> =>
      missingInQuarantine(counting(at, read), place, offsets, signal);
    expect(await look([4, 6])).toEqual([]);
    expect(read).toHaveLength(2);
    expect(await look([2, 3])).toEqual([3]);
    expect(read).toHaveLength(4);
    expect(await look([])).toEqual([]);
    expect(read).toHaveLength(4);
  });

  // A bare JSON.parse quotes what it cannot read, and its words would go into the run's history.
  test('and the answers, when they cannot be read, are named and never quoted', async () => {
    const at = await fixtures.make();
    const { landed, cleaned, answers } = await day(at, 'day-1', 0);
    const refusal = async (): Promise<unknown> => {
      const error: unknown = await at.verify(landed, cleaned, answers, 'day-1').catch((thrown: unknown) => thrown);
      expect(String(error)).not.toContain('secret');
      return error;
    };
    const stored = await at.store.get(answers.key);
    await at.store.replace(answers.key, Buffer.from('secret words'));
    expect(await refusal()).toMatchObject({ code: 'corrupt', message: expect.stringContaining(answers.key) });
    await at.store.replace(answers.key, stored?.body ?? Buffer.alloc(0));
    for await (const { key } of at.store.list(`quarantine/${at.user}.geo/`)) {
      await at.store.replace(key, Buffer.from('secret words\n'));
      expect(await refusal()).toMatchObject({ code: 'corrupt', message: expect.stringContaining(key) });
    }
  });
});

describe('what is wrong is found', () => {
  const wrongs: readonly (readonly [string, string, RegExp])[] = [
    ['a lost row', 'FROM rows WHERE ind <> 3', /good lines of .* are lost, the first at offset 3/],
    ['a row twice', 'FROM rows UNION ALL FROM rows WHERE ind = 3', /has 11 rows, but 10 keys/],
    [
      'an older row',
      'SELECT * REPLACE (CASE WHEN ind = 3 THEN 0 ELSE "partition" END AS "partition") FROM rows',
      /lost/,
    ],
    [
      'a row of nowhere',
      'FROM rows UNION ALL SELECT * REPLACE (99 AS ind, 7 AS "offset") FROM rows WHERE ind = 3',
      /rows say they are from/,
    ],
    // Keys and positions alone would take these for what cleaning made.
    [
      'an altered text',
      "SELECT * REPLACE (CASE WHEN ind = 3 THEN 'B' ELSE country END AS country) FROM rows",
      /1 rows of .*\/1 have other values than cleaning makes of their lines, the first at offset 3/,
    ],
    [
      'altered coordinates',
      'SELECT * REPLACE (CASE WHEN ind = 3 THEN [1.0, 2.5] ELSE coordinates END AS coordinates) FROM rows',
      /1 rows of .* have other values/,
    ],
  ];
  test.each(wrongs)('%s', async (_, sql, message) => {
    const at = await fixtures.make();
    const landed = await at.land('geo', [
      Array.from({ length: 10 }, (_one, n) => geo(n)),
      Array.from({ length: 10 }, (_one, n) => geo(n)),
    ]);
    await at.clean(landed);
    expect((await auditWholeTable(at, { user: at.user, table: 'geo' }, signal)).problems).toEqual([]);
    await tamper(at, sql);
    const { problems } = await auditWholeTable(at, { user: at.user, table: 'geo' }, signal);
    expect(problems.join('\n')).toMatch(message);
  });

  test('bad lines that nobody kept, answers that are gone, figures that do not fit', async () => {
    const at = await fixtures.make();
    const { landed, cleaned, answers } = await day(at, 'day-1', 0);
    const [pin, ...others] = cleaned;
    if (pin === undefined) throw new Error('no pins');
    const told = [{ ...pin, rows: pin.rows + 1 }, ...others];
    await expect(at.verify(landed, told, answers, 'day-1')).rejects.toThrow(
      /pin has 10 rows at version 0, cleaning told of 11/,
    );
    await expect(at.verify(landed, cleaned, { ...answers, rows: { ...answers.rows, q4: 7 } }, 'day-1')).rejects.toThrow(
      /7 rows of q4/,
    );
    await expect(at.verify(landed, cleaned, answers, 'day-9')).rejects.toThrow(/does not know this run/);
    await at.store.remove([answers.key]);
    await expect(at.verify(landed, cleaned, answers, 'day-1')).rejects.toThrow(/there are no answers/);
    for await (const { key } of at.store.list('quarantine/'))
      if (key.includes(`${at.user}.geo`)) await at.store.remove([key]);
    await expect(at.verify(landed, cleaned, answers, 'day-1')).rejects.toThrow(
      /1 bad lines of .*geo\/0 are not in quarantine, the first at offset 10/,
    );
  });
});
