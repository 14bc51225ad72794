import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcePosts } from '../../pipeline/source/source-posts.ts';
import { tableNames, type TableName } from '../../pipeline/tables.ts';
import { notebooksScenes, type NotebooksScene } from './notebooks-scene.ts';

jest.setTimeout(900_000);

let scenes: Awaited<ReturnType<typeof notebooksScenes>>;
let scene: NotebooksScene;
beforeAll(async () => {
  scenes = await notebooksScenes();
});
beforeEach(async () => {
  scene = await scenes.make();
});
afterAll(() => scenes.close());

type Rows = Readonly<Record<TableName, readonly (object | string)[]>>;

const textOf = async (key: unknown): Promise<string> => (await scene.at.store.get(String(key)))?.body.toString() ?? '';

type Answers = Readonly<Record<string, readonly object[]>>;

interface Asked {
  readonly answers: Answers;
  /** Versions of the notebooks' tables that were asked. */
  readonly versions: Readonly<Record<string, unknown>>;
  /** What the notebook ended with. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Cleans and asks with both engines; their tables are equal, and their answers byte for byte. */
async function askBoth(rows: Rows, runId: string): Promise<Asked> {
  const cleaned = [];
  const versions: Record<string, unknown> = {};
  for (const table of tableNames) {
    const landed = await scene.at.land(table, [rows[table]], 2_000);
    const { result, manifest } = await scene.cleanBoth(landed, runId);
    cleaned.push(result);
    versions[table] = manifest['version'];
  }
  const answered = await scene.at.answer(cleaned, runId);
  const manifest = await ask(versions, runId);
  expect(manifest).toMatchObject({ rows: answered.rows, asked: versions });
  const text = await textOf(manifest['key']);
  expect(text).toBe(await textOf(answered.key));
  return { answers: JSON.parse(text) as Answers, versions, manifest };
}

const ask = (versions: object, runId: string): Promise<Readonly<Record<string, unknown>>> =>
  scene.run('queries', { versions: JSON.stringify(versions), run: runId, answers: `answers/${scene.at.user}/spark` });

const folder = join(__dirname, '../../../shared/data/pinterest-real');
const realRows = (table: TableName): string[] =>
  readFileSync(join(folder, `${table}.jsonl`), 'utf8')
    .trim()
    .split('\n');

// Real rows are nobody's to publish, so they are only there where this project is made.
(existsSync(folder) ? test : test.skip)('real rows give equal tables and answers', async () => {
  const { answers } = await askBoth({ pin: realRows('pin'), geo: realRows('geo'), user: realRows('user') }, 'real');
  expect(answers['q4']?.length).toBeGreaterThan(50);
  expect(answers['q11']?.length).toBeGreaterThan(5);
});

test('generated rows give equal tables and answers', async () => {
  const { post } = sourcePosts();
  // The source is sorted by category: every seventh post has all of them.
  const posts = Array.from({ length: 1_500 }, (_, n) => post(n * 7));
  const isoTime = (text: string): string => text.replace(' ', 'T');
  const { answers } = await askBoth(
    {
      pin: posts.map(({ pin }) => pin),
      geo: posts.map(({ geo }, n) => (n % 2 === 0 ? geo : { ...geo, timestamp: isoTime(geo.timestamp) })),
      user: posts.map(({ user }) => user),
    },
    'generated',
  );
  expect(answers['q5all']?.length).toBeGreaterThan(50);
});

test('ties, unknown values, ages and years at the bounds give equal answers', async () => {
  const of = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];
  const range = Array.from({ length: 400 }, (_, n) => n);
  const counts = ['7', '8', '1k', '1.5k', 'User Info Error', 'n/a', '2M'];
  const { answers } = await askBoth(
    {
      pin: range.map((index) => ({
        index,
        category: of(['art', 'travel', '', 'émigré'], index >> 2),
        follower_count: of(counts, index),
        poster_name: of(['Ann', 'Bo', 'User Info Error', 'Ángel', '😀', '\uffee'], index >> 1),
      })),
      // Some posts have not arrived in all parts.
      geo: range.slice(3).map((ind) => ({
        ind,
        country: of(['Albania', "Cote d'Ivoire", '', 'Åland', 'Zambia', '\u{1f30d}', '\uff21'], ind >> 1),
        timestamp: of(
          ['2017-12-31 23:59:59.999999', '2018-01-01 00:00:00', '2022-12-31T23:59:59', '2023-01-01T01:00:00+02:00'],
          ind >> 3,
        ),
      })),
      user: range.slice(0, -3).map((ind) => ({
        ind,
        first_name: of(['Adam', 'Eve', null], ind),
        last_name: 'Ali',
        age: of([17, 18, 24, 25, 35, 36, 50, 51, 120, null, -1], ind),
        date_joined: of(
          ['2014-12-31 23:59:59', '2015-01-01 00:00:00', '2020-12-31T23:59:59', '2021-01-01 00:30:00+01'],
          ind >> 2,
        ),
      })),
    },
    'bounds',
  );
  expect(answers['q6b']?.length).toBeGreaterThan(1);
});

test('nothing at all is answered by nothing', async () => {
  const { answers } = await askBoth({ pin: [], geo: [], user: [] }, 'empty');
  expect(Object.values(answers).flat()).toEqual([]);
});

test('a run is asked of its own versions, and again gives the same, whatever was published since', async () => {
  const post = (country: string): Rows => ({
    pin: [{ index: 1, category: 'art', follower_count: '1k' }],
    geo: [{ ind: 1, country }],
    user: [{ ind: 1, first_name: 'A', last_name: 'B', age: 20, date_joined: '2016-01-01 00:00:00' }],
  });
  const old = await askBoth(post('A'), 'old');
  const newer = await askBoth(post('B'), 'new');
  expect(newer.answers['q4']).toEqual([{ country: 'B', category: 'art', category_count: 1 }]);
  const late = await ask(old.versions, 'late');
  expect(JSON.parse(await textOf(late['key']))).toEqual(old.answers);
  // The tables keep what the newer run answered.
  expect(late['versions']).toMatchObject({ q4: null, q11: null });
  expect(await ask(newer.versions, 'new')).toEqual(newer.manifest);
});
