import * as fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerName } from '../../../activities/steps/contract.ts';
import { answersByHand, type Post } from './answers-by-hand.ts';
import { tablesFixtures, type TablesFixture } from './tables-fixture.ts';

const { signal } = new AbortController();
let fixtures: Awaited<ReturnType<typeof tablesFixtures>>;

beforeAll(async () => {
  fixtures = await tablesFixtures();
});
afterAll(() => fixtures.close());

type Row = Readonly<Record<string, unknown>>;

/** Posts through cleaning and the questions; the answers as the JSON document has them. */
async function ask(at: TablesFixture, posts: readonly Post[], runId = 'run-1'): Promise<Record<AnswerName, Row[]>> {
  const landed = [
    await at.land('pin', [posts.map(({ pin }) => pin)], 5_000),
    await at.land('geo', [posts.map(({ geo }) => geo)], 5_000),
    await at.land('user', [posts.map(({ user }) => user)], 5_000),
  ];
  const cleaned = [];
  for (const one of landed) cleaned.push(await at.clean(one, runId));
  const result = await at.answer(cleaned, runId);
  const document = JSON.parse((await at.store.get(result.key))?.body.toString() ?? '');
  const counts = Object.fromEntries(Object.entries<Row[]>(document).map(([name, rows]) => [name, rows.length]));
  if (JSON.stringify(counts) !== JSON.stringify(result.rows)) throw new Error('the counts are not the document’s');
  return document;
}

/** Few countries, categories, posters and users, so that ties, repeats and empty groups are frequent. */
const posts = fc.array(
  fc.record({
    category: fc.constantFrom('art', 'beauty', 'travel', ''),
    poster: fc.constantFrom('Ann', 'Bo', 'User Info Error'),
    followers: fc.constantFrom('0', '7', '999', '6k', '1k', '12k', '2M', 'User Info Error', 'n/a'),
    country: fc.constantFrom('Albania', "Cote d'Ivoire", 'Zambia', ''),
    year: fc.integer({ min: 2016, max: 2023 }),
    month: fc.constantFrom('01', '06', '12'),
    first: fc.constantFrom('Abigail', 'Adam'),
    last: fc.constantFrom('Ali', 'Acosta'),
    age: fc.constantFrom(17, 18, 24, 25, 35, 36, 50, 51, 60, null),
    joined: fc.integer({ min: 2013, max: 2021 }),
  }),
  { minLength: 0, maxLength: 120 },
);

/** The rows of question 4's table as a reader finds them now. */
async function q4Table(at: TablesFixture): Promise<readonly Row[]> {
  const table = at.answers.table('q4', []);
  const snapshot = await table.snapshot({ signal });
  const [file] = [...(snapshot?.files.values() ?? [])];
  if (file === undefined) return [];
  return at.engine.use({ signal }, async (session) => {
    await table.download(file, join(session.folder, 'q4.parquet'), signal);
    return session.rows(`FROM '${join(session.folder, 'q4.parquet')}'`);
  });
}

/** A post of few words. */
const shortPost = (index: number, country: string): Post => ({
  pin: { index, category: 'art', follower_count: '1k', poster_name: 'Ann' },
  geo: { ind: index, country, timestamp: '2020-01-01 00:00:00' },
  user: { ind: index, first_name: 'A', last_name: 'B', age: 30, date_joined: '2016-01-01 00:00:00' },
});

const folder = join(__dirname, '../../../../shared/data/pinterest-real');
const readRows = (table: string): Row[] =>
  readFileSync(join(folder, `${table}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

// Real rows are nobody's to publish, so they are only there where this project is made.
(existsSync(folder) ? describe : describe.skip)('on real rows, the eight questions', () => {
  test('are answered as by hand', async () => {
    const [pins, geos, users] = [readRows('pin'), readRows('geo'), readRows('user')];
    const geoOf = new Map(geos.map((row) => [row['ind'], row]));
    const userOf = new Map(users.map((row) => [row['ind'], row]));
    const rows = pins.flatMap((pin) => {
      const [geo, user] = [geoOf.get(pin['index']), userOf.get(pin['index'])];
      return geo === undefined || user === undefined ? [] : [{ pin, geo, user }];
    });
    expect(rows.length).toBeGreaterThan(100);
    expect(await ask(await fixtures.make(), rows)).toEqual(answersByHand(rows));
  });
});

describe('the eight questions', () => {
  test('are answered as by hand, whatever the posts', async () => {
    await fc.assert(
      fc.asyncProperty(posts, async (drawn) => {
        const rows = drawn.map((one, index): Post => ({
          pin: {
            index,
            poster_name: one.poster,
            follower_count: one.followers,
            category: one.category,
          },
          geo: {
            ind: index,
            country: one.country,
            timestamp: `${one.year}-${one.month}-31T23:59:59`.replace('06-31', '06-30'),
          },
          user: {
            ind: index,
            first_name: one.first,
            last_name: one.last,
            age: one.age,
            date_joined: `${one.joined}-01-01 00:00:00`,
          },
        }));
        expect(await ask(await fixtures.make(), rows)).toEqual(answersByHand(rows));
      }),
      { numRuns: 4 },
    );
  });

  test('are asked of the versions that the run left, and again give the same', async () => {
    const at = await fixtures.make();
    const landed = [
      await at.land('pin', [[shortPost(1, 'A').pin]]),
      await at.land('geo', [[shortPost(1, 'A').geo]]),
      await at.land('user', [[shortPost(1, 'A').user]]),
    ];
    const cleaned = [];
    for (const one of landed) cleaned.push(await at.clean(one, 'old'));
    const newer = await ask(at, [shortPost(1, 'B'), shortPost(2, 'B')], 'new');
    expect(newer.q4).toEqual([{ country: 'B', category: 'art', category_count: 2 }]);
    const old = await at.answer(cleaned, 'old');
    const read = async (): Promise<Record<string, unknown>> =>
      JSON.parse((await at.store.get(old.key))?.body.toString() ?? '');
    const first = await read();
    expect(first['q4']).toEqual([{ country: 'A', category: 'art', category_count: 1 }]);
    expect(await at.answer(cleaned, 'old')).toEqual(old);
    expect(await read()).toEqual(first);
    // Its tables keep what the newer run answered, and say that the late one was here, once.
    const snapshot = await at.answers.table('q4', []).snapshot({ signal });
    expect([snapshot?.version, snapshot?.files.size, snapshot?.txns.get('old')]).toEqual([1, 1, 1]);
    expect(await q4Table(at)).toEqual([{ country: 'B', category: 'art', category_count: 2 }]);
    await at.verify(landed, cleaned, old, 'old');
    await ask(at, [shortPost(1, 'C')], 'newest');
    expect(await q4Table(at)).toEqual([
      { country: 'B', category: 'art', category_count: 1 },
      { country: 'C', category: 'art', category_count: 1 },
    ]);
  });

  // A table that was rebuilt begins with version 0 again; by its number alone its answers would be old for ever.
  test('are published anew when a cleaned table was made anew', async () => {
    const at = await fixtures.make();
    await ask(at, [shortPost(1, 'A')], 'day-1');
    await ask(at, [shortPost(1, 'B')], 'day-2');
    const keys: string[] = [];
    for await (const { key } of at.store.list(`tables/${at.user}/duckdb/`)) keys.push(key);
    await at.store.remove(keys);
    await ask(at, [shortPost(1, 'C')], 'day-3');
    expect(await q4Table(at)).toEqual([{ country: 'C', category: 'art', category_count: 1 }]);
  });
});
