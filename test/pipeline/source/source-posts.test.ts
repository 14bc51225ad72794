import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, nat, property } from 'fast-check';
import { countries } from '../../../pipeline/source/countries.ts';
import { firstNames, lastNames } from '../../../pipeline/source/person-names.ts';
import { sentinels } from '../../../pipeline/source/pin-row.ts';
import { posterName } from '../../../pipeline/source/pin-words.ts';
import { sourcePosts } from '../../../pipeline/source/source-posts.ts';
import {
  sourcePostCount,
  sourceTables,
  type GeoRow,
  type PinRow,
  type UserRow,
} from '../../../pipeline/source/source-tables.ts';

const source = sourcePosts();
const posts = Array.from({ length: sourcePostCount }, (_, index) => source.post(index));
const real = join(__dirname, '../../../../shared/data/pinterest-real');

function share<T>(all: readonly T[], of: (one: T) => boolean): number {
  return all.filter(of).length / all.length;
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * at)] ?? Number.NaN;
}

function followers(text: string): number {
  return text === sentinels.poster ? Number.NaN : Number(text.replace('k', '000').replace('M', '000000'));
}

const userKey = ({ first_name, last_name, age, date_joined }: UserRow): string =>
  [first_name, last_name, age, date_joined].join('|');

describe('the generated source', () => {
  test('gives any post by itself, and the same for the same seed', () => {
    const again = sourcePosts();
    assert(
      property(nat(sourcePostCount - 1), (index) => {
        expect(again.post(index)).toEqual(posts[index]);
      }),
      { numRuns: 200 },
    );
    expect(sourcePosts(7).post(5)).not.toEqual(posts[5]);
  });

  test('has the columns of the tables in their order', () => {
    for (const name of ['pin', 'geo', 'user'] as const) {
      for (const post of posts.slice(0, 50)) expect(Object.keys(post[name])).toEqual(sourceTables[name].columns);
    }
  });

  test('has the two published posts as they are', () => {
    expect(posts[7528]?.pin.unique_id).toBe('fbe53c66-3442-4773-b19e-d3ec6f54dddf');
    expect(posts[7528]?.pin).toMatchObject({
      title: 'No Title Data Available',
      tag_list: 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e',
      category: 'mens-fashion',
      downloaded: 0,
    });
    expect(posts[7528]?.geo).toEqual({
      ind: 7528,
      timestamp: '2020-08-28 03:52:47',
      latitude: -89.9787,
      longitude: -173.293,
      country: 'Albania',
    });
    expect(posts[3454]?.user).toEqual({
      ind: 3454,
      first_name: 'Robert',
      last_name: 'Murphy',
      age: 48,
      date_joined: '2017-09-26 16:31:56',
    });
    expect(posts[3454]?.pin.follower_count).toBe('6k');
    expect(posts[3454]?.pin.description.endsWith('…\u00a0')).toBe(true);
  });

  test('is sorted by category, in the bands of the real table', () => {
    const categories = posts.map(({ pin }) => pin.category);
    expect(categories).toEqual(categories.toSorted());
    expect(new Set(categories).size).toBe(13);
    for (const [index, category] of [
      [891, 'art'],
      [896, 'beauty'],
      [2633, 'christmas'],
      [2637, 'diy-and-crafts'],
      [4333, 'event-planning'],
      [6740, 'mens-fashion'],
      [10_319, 'vehicles'],
    ] as const) {
      expect(categories[index]).toBe(category);
    }
  });

  test('has names that occur once, countries in order', () => {
    expect(new Set(countries).size).toBe(countries.length);
    expect(countries).toEqual(countries.toSorted());
    for (const names of [firstNames, lastNames]) expect(new Set(names).size).toBe(names.length);
    expect(new Set(Array.from({ length: 14_000 }, (_, rank) => posterName(rank))).size).toBe(14_000);
  });

  test('gives dirt its documented shares and correlations', () => {
    const pins = posts.map(({ pin }) => pin);
    const stories = pins.filter((pin) => pin.is_image_or_video.startsWith('multi-video'));
    expect(share(pins, (pin) => pin.is_image_or_video.startsWith('multi-video'))).toBeCloseTo(0.066, 1);
    expect(stories.every((pin) => pin.description === sentinels.story)).toBe(true);
    const noImage = stories.filter((pin) => pin.image_src === sentinels.image);
    expect(noImage.length / stories.length).toBeGreaterThan(0.25);
    expect(noImage.length / stories.length).toBeLessThan(0.39);
    expect(noImage.every((pin) => pin.downloaded === 0)).toBe(true);
    const nothing = pins.filter((pin) => pin.title === sentinels.title);
    expect(nothing.length).toBeGreaterThan(50);
    for (const pin of nothing) {
      expect(pin).toMatchObject({
        follower_count: sentinels.poster,
        poster_name: sentinels.poster,
        tag_list: sentinels.tags,
        image_src: sentinels.image,
        downloaded: 0,
      });
    }
    expect(pins.every((pin) => /^(\d{1,3}k?|(1|2|3|4|5|6|8|15)M|User Info Error)$/.test(pin.follower_count))).toBe(
      true,
    );
    expect(pins.every((pin) => pin.title.length <= 199 && pin.description.length <= 180)).toBe(true);
    expect(pins.some((pin) => pin.title.startsWith(' '))).toBe(true);
    expect(new Set(pins.map((pin) => pin.unique_id)).size).toBe(pins.length);
  });

  test('gives each user one place, and a few posters two counts', () => {
    const places = new Map<string, Set<string>>();
    const counts = new Map<string, Set<string>>();
    for (const { pin, geo, user } of posts) {
      const place = places.get(userKey(user)) ?? new Set();
      places.set(userKey(user), place.add([geo.country, geo.latitude, geo.longitude].join('|')));
      counts.set(pin.poster_name, (counts.get(pin.poster_name) ?? new Set()).add(pin.follower_count));
      expect(user.date_joined < geo.timestamp).toBe(true);
    }
    expect(Math.max(...[...places.values()].map((set) => set.size))).toBe(1);
    const twice = [...counts.values()].filter((set) => set.size > 1).length / counts.size;
    expect(twice).toBeGreaterThan(0.001);
    expect(twice).toBeLessThan(0.02);
  });
});

/** Rows of a file of real ones, taken at their word. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the file holds
function rows<T>(name: string): readonly T[] {
  if (!existsSync(real)) return [];
  const lines = readFileSync(join(real, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line): T => JSON.parse(line));
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
const size = (row: object): number => JSON.stringify(row).length;

const withRealRows = existsSync(real) ? describe : describe.skip;
if (!existsSync(real)) process.stderr.write('no real rows beside the checkout: distributions are not compared\n');

withRealRows('the generated source and the real rows', () => {
  const pins = rows<PinRow>('pin');
  const geos = rows<GeoRow>('geo');
  const users = rows<UserRow>('user');

  test.each<[string, (pin: PinRow) => boolean, number]>([
    ['counts in thousands', (pin) => pin.follower_count.endsWith('k'), 0.05],
    ['counts in millions', (pin) => pin.follower_count.endsWith('M'), 0.03],
    ['plain counts', (pin) => /^\d+$/.test(pin.follower_count), 0.05],
    ['videos', (pin) => pin.is_image_or_video === 'video', 0.02],
    ['stories', (pin) => pin.is_image_or_video.startsWith('multi'), 0.025],
    ['titles not in ASCII', (pin) => /[^ -~]/.test(pin.title), 0.04],
    ['descriptions not in ASCII', (pin) => /[^ -~]/.test(pin.description), 0.08],
    ['descriptions cut off', (pin) => pin.description.endsWith('…\u00a0'), 0.05],
  ])('agree on the share of %s', (_, is, within) => {
    expect(Math.abs(share(posts, ({ pin }) => is(pin)) - share(pins, is))).toBeLessThan(within);
  });

  test.each<[string, (geo: GeoRow) => boolean, number]>([
    ['countries with A', (geo) => geo.country.startsWith('A'), 0.08],
    ['the south', (geo) => geo.latitude < 0, 0.06],
    ['the west', (geo) => geo.longitude < 0, 0.06],
    ['2017', (geo) => geo.timestamp.startsWith('2017'), 0.03],
    ['2020', (geo) => geo.timestamp.startsWith('2020'), 0.04],
  ])('agree on the share of %s', (_, is, within) => {
    expect(Math.abs(share(posts, ({ geo }) => is(geo)) - share(geos, is))).toBeLessThan(within);
  });

  test.each<[string, (user: UserRow) => boolean, number]>([
    ['users aged 20', (user) => user.age === 20, 0.06],
    ['users over 50', (user) => user.age > 50, 0.04],
    ['those who joined in 2015', (user) => user.date_joined.startsWith('2015'), 0.08],
    ['first names with A', (user) => user.first_name.startsWith('A'), 0.08],
  ])('agree on the share of %s', (_, is, within) => {
    expect(Math.abs(share(posts, ({ user }) => is(user)) - share(users, is))).toBeLessThan(within);
  });

  test('agree on how often a user posts', () => {
    const sample = posts.filter((_, index) => index % 16 === 3).slice(0, users.length);
    const distinct = new Set(sample.map(({ user }) => userKey(user))).size;
    expect(Math.abs(distinct - new Set(users.map(userKey)).size)).toBeLessThan(60);
  });

  test('agree on the size of things', () => {
    expect(median(posts.map(({ pin }) => size(pin))) / median(pins.map(size))).toBeGreaterThan(0.85);
    expect(median(posts.map(({ pin }) => size(pin))) / median(pins.map(size))).toBeLessThan(1.15);
    expect(median(posts.map(({ user }) => user.age))).toBeCloseTo(median(users.map(({ age }) => age)), -1);
    const ours = median(posts.map(({ pin }) => followers(pin.follower_count)).filter((count) => !Number.isNaN(count)));
    expect(ours).toBeGreaterThan(15_000);
    expect(ours).toBeLessThan(60_000);
  });

  test('agree that young users have the followers', () => {
    const medians = [
      [18, 24],
      [25, 35],
      [36, 50],
      [51, 99],
    ].map(([from = 0, to = 0]) =>
      quantile(
        posts
          .filter(({ user }) => user.age >= from && user.age <= to)
          .map(({ pin }) => followers(pin.follower_count))
          .filter((count) => !Number.isNaN(count)),
        0.5,
      ),
    );
    expect(medians).toEqual(medians.toSorted((a, b) => b - a));
    expect(medians[0]).toBeGreaterThan(60_000);
    expect(medians[3]).toBeLessThan(12_000);
  });
});
