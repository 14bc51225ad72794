import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerName } from '../../../activities/steps/contract.ts';
import { answersByHand, type Post } from './answers-by-hand.ts';
import { tablesFixtures, type TablesFixture } from './tables-fixture.ts';

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
  for (const [name, count] of Object.entries(result.rows)) expect(document[name]).toHaveLength(count);
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

describe('the eight questions', () => {
  test('are answered as by hand, whatever the posts', async () => {
    await fc.assert(
      fc.asyncProperty(posts, async (drawn) => {
        const rows = drawn.map((post, index): Post => ({
          pin: {
            index,
            poster_name: post.poster,
            follower_count: post.followers,
            category: post.category,
          },
          geo: {
            ind: index,
            country: post.country,
            timestamp: `${post.year}-${post.month}-31T23:59:59`.replace('06-31', '06-30'),
          },
          user: {
            ind: index,
            first_name: post.first,
            last_name: post.last,
            age: post.age,
            date_joined: `${post.joined}-01-01 00:00:00`,
          },
        }));
        expect(await ask(await fixtures.make(), rows)).toEqual(answersByHand(rows));
      }),
      { numRuns: 4 },
    );
  });

  const folder = join(__dirname, '../../../../shared/data/pinterest-real');
  const real = existsSync(folder) ? test : test.skip;
  real('are answered as by hand on real rows (only where the folder of them is there)', async () => {
    const read = (table: string): Row[] =>
      readFileSync(join(folder, `${table}.jsonl`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const [pins, geos, users] = [read('pin'), read('geo'), read('user')];
    const find = (rows: Row[], ind: unknown): Row =>
      rows.find((row) => row['ind'] === ind || row['index'] === ind) ?? { ind: -1 };
    const rows = pins
      .map((pin) => ({ pin, geo: find(geos, pin['index']), user: find(users, pin['index']) }))
      .filter(({ geo, user }) => geo['ind'] !== -1 && user['ind'] !== -1);
    expect(rows.length).toBeGreaterThan(100);
    expect(await ask(await fixtures.make(), rows)).toEqual(answersByHand(rows));
  });

  test('are asked of the versions that the run left, and again give the same', async () => {
    const at = await fixtures.make();
    const post = (index: number, country: string): Post => ({
      pin: { index, category: 'art', follower_count: '1k', poster_name: 'Ann' },
      geo: { ind: index, country, timestamp: '2020-01-01 00:00:00' },
      user: { ind: index, first_name: 'A', last_name: 'B', age: 30, date_joined: '2016-01-01 00:00:00' },
    });
    const landed = [
      await at.land('pin', [[post(1, 'A').pin]]),
      await at.land('geo', [[post(1, 'A').geo]]),
      await at.land('user', [[post(1, 'A').user]]),
    ];
    const cleaned = [];
    for (const one of landed) cleaned.push(await at.clean(one, 'old'));
    const newer = await ask(at, [post(1, 'B'), post(2, 'B')], 'new');
    expect(newer.q4).toEqual([{ country: 'B', category: 'art', category_count: 2 }]);
    const old = await at.answer(cleaned, 'old');
    const read = async (): Promise<Record<string, unknown>> =>
      JSON.parse((await at.store.get(old.key))?.body.toString() ?? '');
    const first = await read();
    expect(first['q4']).toEqual([{ country: 'A', category: 'art', category_count: 1 }]);
    expect(await at.answer(cleaned, 'old')).toEqual(old);
    expect(await read()).toEqual(first);
    const table = at.answers.table('q4', []);
    const signal = new AbortController().signal;
    const snapshot = await table.snapshot({ signal });
    expect([snapshot?.version, snapshot?.files.size]).toEqual([1, 1]);
  });
});
