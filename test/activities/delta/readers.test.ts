import { deltaRs } from '../../support/delta-rs.ts';
import { testSettings } from '../../support/stack.ts';
import { tablesFixtures } from '../steps/tables-fixture.ts';

jest.setTimeout(180_000);
let fixtures: Awaited<ReturnType<typeof tablesFixtures>>;
beforeAll(async () => {
  fixtures = await tablesFixtures(20);
});
afterAll(() => fixtures.close());

const awkward = ['Cote d’Ivoire', 'Ελλάδα 🎄', 'a\u0000b', 'tab\t"quote"', 'No Title Data Available', ''];

const pin = (index: number, title: string): object => ({
  index,
  title,
  follower_count: `${index}k`,
  moon: index % 7 === 0 ? [index] : undefined,
});
const geo = (ind: number): object => ({
  ind,
  timestamp: `2020-01-01T00:00:${10 + (ind % 50)}`,
  latitude: ind / 7,
  longitude: -ind,
  country: awkward[ind % 6],
});
const user = (ind: number): object => ({
  ind,
  first_name: 'A',
  last_name: `B${ind}`,
  age: 20 + ind,
  date_joined: '2016-02-29 23:59:59',
});

/** Without what a client adds or loses: an instant's zone and fraction are written in several ways. */
const plain = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toISOString() : value;

test('delta-rs reads what DuckDB wrote: every column, every row, every version', async () => {
  const at = await fixtures.make();
  const read = await deltaRs(testSettings(), at.bucket);
  const inds = Array.from({ length: 50 }, (_, n) => n);
  const days = [inds, [3, 44, 70]].map((day, n) => ({
    runId: `day-${n}`,
    pin: day.map((ind) => pin(ind, n === 0 ? (awkward[ind % 6] ?? '') : 'New')),
    geo: day.map(geo),
    user: day.map(user),
  }));
  const cleaned = [];
  for (const day of days) {
    for (const table of ['pin', 'geo', 'user'] as const)
      cleaned.push(await at.clean(await at.land(table, [day[table]]), day.runId));
  }
  const answers = await at.answer(cleaned.slice(3), 'day-1');
  for (const table of ['pin', 'geo', 'user'] as const) {
    for (const version of [0, 1]) {
      const ours = await at.rows(table, version);
      const theirs = read(`tables/${at.user}/duckdb/${table}`, 'ind', version);
      expect(theirs.names).toEqual(Object.keys(ours[0] ?? {}));
      expect(theirs.rows.map((row) => row.map(plain))).toEqual(ours.map((row) => Object.values(row).map(plain)));
      expect(theirs.rows).toHaveLength(version === 0 ? 50 : 51);
    }
  }
  expect(read(`tables/${at.user}/duckdb/pin`, 'ind').version).toBe(1);
  const document = JSON.parse((await at.store.get(answers.key))?.body.toString() ?? '');
  const q10 = read(`tables/${at.user}/answers/q10`, 'post_year');
  expect(q10.rows.map(([year, median]) => ({ post_year: year, median_follower_count: median }))).toEqual(document.q10);
});
