import { tablesFixtures, type TablesFixture } from './tables-fixture.ts';

let fixtures: Awaited<ReturnType<typeof tablesFixtures>>;
let at: TablesFixture;

beforeAll(async () => {
  fixtures = await tablesFixtures();
});
beforeEach(async () => {
  at = await fixtures.make();
});
afterAll(() => fixtures.close());

const pin = (ind: number, change: object = {}): object => ({
  index: ind,
  unique_id: `id-${ind}`,
  title: `Title ${ind}`,
  description: 'Words – ü',
  poster_name: 'Poster',
  follower_count: '6k',
  tag_list: 'a,b',
  is_image_or_video: 'image',
  image_src: 'https://i.example/1.jpg',
  downloaded: 1,
  save_location: 'Local save in /data/art',
  category: 'art',
  ...change,
});
const geo = (ind: unknown, change: object = {}): object => ({
  ind,
  timestamp: '2020-08-28 03:52:47',
  latitude: -89.9787,
  longitude: -173.293,
  country: 'Albania',
  ...change,
});
const user = (ind: number, change: object = {}): object => ({
  ind,
  first_name: 'Abigail',
  last_name: 'Ali',
  age: 20,
  date_joined: '2015-10-24T11:23:51',
  ...change,
});
const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('the rules', () => {
  test('a pin has the documented columns, then what was rescued and its position', async () => {
    const landed = await at.land('pin', [[pin(4)]]);
    expect(await at.clean(landed)).toEqual({
      table: 'pin',
      version: 0,
      read: 1,
      clean: 1,
      quarantined: 0,
      rows: 1,
      inserted: 1,
      updated: 0,
      missing: {},
    });
    const [row] = await at.rows('pin');
    expect(Object.entries(row ?? {})).toEqual([
      ['ind', 4],
      ['unique_id', 'id-4'],
      ['title', 'Title 4'],
      ['description', 'Words – ü'],
      ['follower_count', 6000],
      ['poster_name', 'Poster'],
      ['tag_list', 'a,b'],
      ['is_image_or_video', 'image'],
      ['image_src', 'https://i.example/1.jpg'],
      ['save_location', '/data/art'],
      ['category', 'art'],
      ['_rescued_data', null],
      ['partition', 0],
      ['offset', 0],
    ]);
  });

  const texts: readonly (readonly [string, string, unknown])[] = [
    ['title', 'No Title Data Available', null],
    ['title', 'No Title Data Available.', 'No Title Data Available.'],
    ['title', '', null],
    ['description', 'No description available Story format', null],
    ['description', 'No description available', null],
    ['description', 'Untitled', 'Untitled'],
    ['poster_name', 'User Info Error', null],
    ['tag_list', 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e', null],
    ['image_src', 'Image src error.', null],
    ['image_src', 'Image src error', 'Image src error'],
    ['save_location', 'Local save in /data/mens-fashion', '/data/mens-fashion'],
    ['save_location', '/data/art', '/data/art'],
    ['save_location', 'Local save in ', null],
    ['follower_count', 'User Info Error', null],
    ['follower_count', '0', 0],
    ['follower_count', '999', 999],
    ['follower_count', '10K', 10_000],
    ['follower_count', '1.2k', 1_200],
    ['follower_count', '15M', 15_000_000],
    ['follower_count', '1.5m', 1_500_000],
    ['follower_count', '0.0005k', 1],
    ['follower_count', '99999M', null],
    // A million times this does not fit the decimal that it was read as: one such record stopped the whole batch.
    ['follower_count', '9999999999.9M', null],
    ['follower_count', '2147483647', 2_147_483_647],
    ['follower_count', '1.5', null],
    ['follower_count', ' 5', null],
    ['follower_count', '-5', null],
    ['follower_count', '5e3', null],
    ['follower_count', 'many', null],
  ];
  test('texts that stand for nothing are null, follower counts are numbers', async () => {
    const landed = await at.land('pin', [texts.map(([field, value], ind) => pin(ind, { [field]: value }))]);
    expect((await at.clean(landed)).clean).toBe(texts.length);
    const rows = await at.rows('pin');
    expect(texts.map(([field, value], ind) => [field, value, rows[ind]?.[field]])).toEqual(texts);
  });

  test('coordinates, instants and names are made; both timestamp forms are UTC', async () => {
    const forms = [
      ['2020-08-28 03:52:47', '2020-08-28T03:52:47.000Z'],
      ['2020-08-28T03:52:47', '2020-08-28T03:52:47.000Z'],
      ['2020-08-28T03:52:47Z', '2020-08-28T03:52:47.000Z'],
      ['2020-08-28T03:52:47.25+02:00', '2020-08-28T01:52:47.250Z'],
      ['', null],
      [null, null],
    ] as const;
    await at.clean(await at.land('geo', [forms.map(([timestamp], ind) => geo(ind, { timestamp }))]));
    const rows = await at.rows('geo');
    expect(rows.map(({ timestamp }) => timestamp)).toEqual(forms.map(([, instant]) => instant));
    expect(Object.entries(rows[0] ?? {})).toEqual([
      ['ind', 0],
      ['country', 'Albania'],
      ['coordinates', [-89.9787, -173.293]],
      ['timestamp', '2020-08-28T03:52:47.000Z'],
      ['_rescued_data', null],
      ['partition', 0],
      ['offset', 0],
    ]);
    await at.clean(await at.land('user', [[user(1), user(2, { first_name: null }), user(3, { last_name: '' })]]));
    const users = await at.rows('user');
    expect(users[0]).toMatchObject({
      ind: 1,
      user_name: 'Abigail Ali',
      age: 20,
      date_joined: '2015-10-24T11:23:51.000Z',
    });
    expect(users.map(({ user_name }) => user_name)).toEqual(['Abigail Ali', null, null]);
  });

  test('the key goes by both names, unknown fields are kept, missing ones reported', async () => {
    const landed = await at.land('geo', [
      [
        geo(1),
        { ...geo(undefined), index: 2 },
        { ...geo(3), index: 3 },
        geo(4, { moon: { phase: [1, null] }, ['__proto__']: { x: 1 } }),
        '{"ind":5,"country":"A","constructor":null}',
      ],
    ]);
    const result = await at.clean(landed);
    expect(result).toMatchObject({ clean: 5, missing: { timestamp: 1, latitude: 1, longitude: 1 } });
    const rows = await at.rows('geo');
    expect(rows.map(({ ind }) => ind)).toEqual([1, 2, 3, 4, 5]);
    expect(rows.map((row) => row['_rescued_data'])).toEqual([
      null,
      null,
      null,
      '{"moon":{"phase":[1,null]},"__proto__":{"x":1}}',
      '{"constructor":null}',
    ]);
    expect(rows[4]).toMatchObject({ country: 'A', timestamp: null, coordinates: [null, null] });
  });
});

describe('bad lines', () => {
  const bad: readonly (readonly [string, string])[] = [
    ['not_json', '{"ind":1'],
    ['not_json', 'nonsense'],
    ['not_json', '{"ind":1} {"ind":2}'],
    // Its first three bytes were lost on the way from DuckDB to quarantine.
    ['not_json', '\ufeff{"ind":1}'],
    ['not_an_object', '[1,2]'],
    ['not_an_object', 'null'],
    ['not_an_object', '"text"'],
    ['name_twice', '{"ind":1,"country":"A","country":"B"}'],
    ['name_twice', '{"ind":1,"moon":1,"moon":2}'],
    ['no_key', '{"country":"A"}'],
    ['no_key', '{"ind":null}'],
    ['bad_key', '{"ind":"7"}'],
    ['bad_key', '{"ind":7.0}'],
    ['bad_key', '{"ind":12345678901234567890}'],
    ['bad_key', '{"ind":true}'],
    ['two_keys', '{"ind":1,"index":2}'],
    ['wrong_type', '{"ind":1,"country":5}'],
    ['wrong_type', '{"ind":1,"country":{"name":"A"}}'],
    ['wrong_type', '{"ind":1,"latitude":"5.5"}'],
    ['wrong_type', '{"ind":1,"timestamp":1598586767}'],
    ['bad_value', '{"ind":1,"timestamp":"2020-02-30 00:00:00"}'],
    ['bad_value', '{"ind":1,"timestamp":"yesterday"}'],
    ['bad_value', '{"ind":1,"timestamp":"0000-00-00 00:00:00"}'],
    ['bad_value', '{"ind":1,"timestamp":"2020-01-01"}'],
    ['bad_value', '{"ind":1,"latitude":1e999}'],
    ['too_deep', `{"ind":1,"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ];

  test('go to quarantine as they came, with a reason, and stop nothing', async () => {
    const landed = await at.land('geo', [[geo(100), ...bad.map(([, line]) => line), geo(101)]]);
    const result = await at.clean(landed);
    expect(result).toMatchObject({ read: bad.length + 2, clean: 2, quarantined: bad.length, rows: 2 });
    expect((await at.quarantine('geo')).map(({ offset, reason, line }) => [offset, reason, line])).toEqual(
      bad.map(([reason, line], n) => [n + 1, reason, line]),
    );
    expect((await at.rows('geo')).map(({ ind, offset }) => [ind, offset])).toEqual([
      [100, 0],
      [101, bad.length + 1],
    ]);
  });

  test('of strange bytes that are good JSON, none is bad', async () => {
    const deep = `${'['.repeat(4_000)}${']'.repeat(4_000)}`;
    const lines = [
      '{"ind":1,"country":"a\\u0000b"}',
      '  {"ind":2,\t"country":"A"}  ',
      `{"ind":3,"country":"${'x'.repeat(1_000_000)}"}`,
      `{"ind":4,"x":${deep}}`,
      '{"ind":5,"country":"line\\nfeed, \\"quotes\\" and, commas; \u2028"}',
      '{"ind":6,"country":"A"}\r',
    ];
    const result = await at.clean(await at.land('geo', [lines]));
    expect(result).toMatchObject({ clean: 6, quarantined: 0 });
    const rows = await at.rows('geo');
    expect(rows.map(({ country }) => country)).toEqual(lines.map((line) => JSON.parse(line).country ?? null));
    expect(rows[3]?.['_rescued_data']).toBe(`{"x":${deep}}`);
  });
});

describe('positions', () => {
  test('are exact over many objects, partitions and offsets that the log does not have', async () => {
    const partitions = [0, 1, 2].map((partition) =>
      range(60).map((n) => ((n * 7 + partition) % 5 === 0 ? null : geo(partition * 1000 + n))),
    );
    const result = await at.clean(await at.land('geo', partitions, 11));
    const expected = partitions.flatMap((values, partition) =>
      values.flatMap((value, offset) => (value === null ? [] : [[partition * 1000 + offset, partition, offset]])),
    );
    expect(result.rows).toBe(expected.length);
    const rows = await at.rows('geo');
    expect(rows.map(({ ind, partition, offset }) => [ind, partition, offset])).toEqual(expected);
  });

  test('decide: the newest record of an ind wins, within a run and across runs', async () => {
    const first = await at.land('geo', [
      [geo(1, { country: 'A' }), geo(1, { country: 'B' }), geo(2), geo(3, { country: 'A' })],
    ]);
    expect(await at.clean(first, 'day-1')).toMatchObject({ read: 4, rows: 3, inserted: 3, updated: 0 });
    const second = await at.land('geo', [[geo(3, { country: 'C' }), geo(4)]]);
    expect(await at.clean(second, 'day-2')).toMatchObject({ read: 2, rows: 4, inserted: 1, updated: 1, version: 1 });
    // An old day done again under another name must not win over the newer one.
    expect(await at.clean(first, 'day-1-again')).toMatchObject({
      read: 4,
      rows: 4,
      inserted: 0,
      updated: 0,
      version: 2,
    });
    const rows = await at.rows('geo');
    expect(rows.map(({ ind, country, offset }) => [ind, country, offset])).toEqual([
      [1, 'B', 1],
      [2, 'Albania', 2],
      [3, 'C', 4],
      [4, 'Albania', 5],
    ]);
    const old = await at.rows('geo', 0);
    expect(old.map(({ country }) => country)).toEqual(['B', 'Albania', 'A']);
  });
});

describe("another user's topic", () => {
  // Positions have no topic: rows of a topic whose offsets begin anew would silently lose against older ones.
  test('never goes into a table, neither one that is there nor one that somebody makes meanwhile', async () => {
    const theirs = await at.land('geo', [[geo(1), geo(2)]]);
    const { object } = await at.landing.create({
      topic: 'newcomer.geo',
      partition: 0,
      start: 0,
      next: 1,
      lines: Buffer.from(`${JSON.stringify(geo(2, { country: 'New' }))}\n`),
      records: 1,
      missing: [],
      quarantined: [],
      runId: 'landing',
    });
    const [range0] = theirs.partitions;
    if (range0 === undefined) throw new Error('nothing was landed');
    const ours = { table: 'geo' as const, partitions: [{ ...range0, topic: object.topic, to: 1 }] };
    const refusal = { code: 'invalid', canRetry: false, message: expect.stringContaining('TW_S3_BUCKET') };
    // Whoever commits second has seen no table when it began.
    const both = await Promise.allSettled([at.clean(theirs, 'theirs'), at.clean(ours, 'ours')]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))).toEqual([
      expect.objectContaining(refusal),
    ]);
    const [mine, other] = both[0].status === 'fulfilled' ? [theirs, ours] : [ours, theirs];
    await expect(at.clean(other, 'other-again')).rejects.toMatchObject(refusal);
    expect(await at.clean(mine, 'mine-again')).toMatchObject({ version: 1 });
  });
});

describe('doing it again', () => {
  test('a run that has committed finds its commit and gives the same figures', async () => {
    const landed = await at.land('geo', [[geo(1), '{}', geo(2, { country: undefined })]]);
    const result = await at.clean(landed);
    expect(await at.clean(landed)).toEqual(result);
    expect(result.missing).toEqual({ country: 1 });
  });

  test('what a failed run landed is taken in by the next one', async () => {
    await at.land('geo', [[geo(1), geo(2)], [geo(3)]]);
    const next = await at.land('geo', [[geo(4)], []]);
    expect(await at.clean(next)).toMatchObject({ read: 4, rows: 4 });
    const after = await at.land('geo', [[], [geo(5)]]);
    expect(await at.clean(after, 'run-2')).toMatchObject({ read: 1, rows: 5 });
  });

  test('a run without records commits its progress alone', async () => {
    const landed = await at.land('geo', [[null, null], []]);
    expect(await at.clean(landed)).toMatchObject({ version: 0, read: 0, rows: 0 });
    expect(await at.rows('geo')).toEqual([]);
  });

  test('two runs at once both win, whoever publishes first', async () => {
    const one = await at.land('geo', [range(50).map((n) => geo(n, { country: 'A' }))]);
    const two = await at.land('geo', [range(50).map((n) => geo(n + 25, { country: 'B' }))]);
    const results = await Promise.all([at.clean(one, 'one'), at.clean(two, 'two')]);
    expect(results.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([0, 1]);
    const rows = await at.rows('geo');
    expect(rows.map(({ ind, country }) => [ind, country])).toEqual(range(75).map((n) => [n, n < 25 ? 'A' : 'B']));
  });

  test('a commit whose answer is lost is found again', async () => {
    const landed = await at.land('geo', [[geo(1)]]);
    let lost = 0;
    const forgetful = {
      ...at.store,
      create: async (...args: Parameters<typeof at.store.create>) => {
        const outcome = await at.store.create(...args);
        if (!args[0].includes('_delta_log') || lost > 0) return outcome;
        lost += 1;
        return 'exists' as const;
      },
    };
    const result = await at.clean(landed, 'run-1', forgetful);
    expect(lost).toBe(1);
    expect(result).toMatchObject({ version: 0, rows: 1, inserted: 1 });
    expect(await at.clean(landed)).toEqual(result);
  });
});

describe('files', () => {
  test('stay bounded and are rewritten only where rows change', async () => {
    await at.clean(await at.land('geo', [range(200).map((n) => geo(n))]), 'day-1');
    const table = at.tables.table('geo', []);
    const signal = new AbortController().signal;
    const before = await table.snapshot({ signal });
    expect(before?.files.size).toBe(5);
    const result = await at.clean(await at.land('geo', [[geo(3, { country: 'New' })]]), 'day-2');
    expect(result).toMatchObject({ rows: 200, inserted: 0, updated: 1 });
    const after = await table.snapshot({ signal });
    expect([...(after?.files.keys() ?? [])].filter((path) => before?.files.has(path))).toHaveLength(4);
    for (let day = 3; day < 7; day += 1) {
      await at.clean(await at.land('geo', [[geo(1000 + day)]]), `day-${day}`);
    }
    const later = await table.snapshot({ signal });
    expect(later?.files.size).toBe(6);
  });
});
