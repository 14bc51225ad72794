import { gzipSync } from 'node:zlib';
import { topicName, tableNames } from '../../pipeline/tables.ts';
import { dirtOf, repeatsOf } from './dirt.ts';
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

const geo = (ind: number, country: string): object => ({ ind, country, latitude: 1.5, longitude: -2 });
const countries = async (version?: number): Promise<unknown> =>
  (await scene.rows('geo', version)).map(({ ind, country }) => [ind, country]);

test.each(tableNames)('dirt of every kind becomes the rows that DuckDB makes of it: %s', async (table) => {
  const partitions = [
    [...dirtOf(table), ...repeatsOf(table, 0)],
    [null, null, ...repeatsOf(table, 1), null, ...repeatsOf(table, 2), null],
  ];
  const { result, rows } = await scene.cleanBoth(await scene.at.land(table, partitions, 50));
  expect(result.quarantined).toBeGreaterThan(100);
  expect(rows.length).toBeGreaterThan(50);
});

test('the newest record of a post wins, a run done again changes nothing, and an old one is too late', async () => {
  const first = await scene.at.land('geo', [[geo(1, 'A'), null, geo(1, 'B'), '{"ind":'], [geo(2, 'C')]]);
  const second = await scene.at.land('geo', [[geo(2, 'older, since its partition is'), geo(3, 'D')], [geo(1, 'E')]]);
  const third = await scene.at.land('geo', [[geo(3, 'F'), geo(4, 'G')], []]);
  await scene.cleanBoth(first, 'day-1');
  const done = await scene.clean(second, 'day-2');
  await scene.at.clean(second, 'day-2');
  expect(done).toMatchObject({ read: 3, clean: 3, inserted: 1, updated: 1, rows: 3, absorbed: { 0: 6, 1: 2 } });
  const { rows } = await scene.cleanBoth(third, 'day-3');
  expect(rows.map(({ ind, country }) => [ind, country])).toEqual([
    [1, 'E'],
    [2, 'C'],
    [3, 'F'],
    [4, 'G'],
  ]);
  // By its id a run finds its commit; by another id its lines are read again, and lose.
  expect(await scene.clean(second, 'day-2')).toEqual(done);
  expect(await scene.clean(second, 'by hand')).toMatchObject({ read: 3, clean: 3, inserted: 0, updated: 0, rows: 4 });
  expect(await scene.rows('geo')).toEqual(rows);
  expect(await countries(Number(done['version']))).toEqual([
    [1, 'E'],
    [2, 'C'],
    [3, 'D'],
  ]);
});

test('what a failed run landed is taken in by the next one', async () => {
  await scene.at.land('geo', [[geo(1, 'A')]]);
  const { result } = await scene.cleanBoth(await scene.at.land('geo', [[geo(2, 'B')]]));
  expect(result).toMatchObject({ read: 2, rows: 2 });
  await scene.at.land('geo', [[geo(3, 'C')]]);
  // Without ranges: all that the table lacks.
  expect(await scene.run('clean_geo')).toMatchObject({ read: 1, rows: 3, absorbed: { 0: 3 } });
  expect(await scene.run('clean_geo', { ranges: 'everything' })).toMatchObject({ read: 3, rows: 3, inserted: 0 });
});

describe('a notebook fails before it has changed anything', () => {
  const failure = async (widgets: Readonly<Record<string, string>>): Promise<string> => {
    const end = await scene.end('clean_geo', widgets);
    if (end.state !== 'failed') throw new Error(`it ended as ${end.state}`);
    return end.error;
  };

  test('when an object is gone, or has lost a line, or another topic comes', async () => {
    const topic = topicName(scene.at.user, 'geo');
    const key = (start: number): string =>
      `topics/${topic}/partition=0/${topic}+0+${String(start).padStart(10, '0')}.json`;
    const landed = await scene.at.land('geo', [[geo(1, 'A'), geo(2, 'B'), geo(3, 'C'), geo(4, 'D')]], 1);
    const ranges = JSON.stringify(landed.partitions);
    expect(await failure({ ranges: '[{"partition":0,"from":0,"to":5}]' })).toContain('not all of the offsets 0 to 4');
    const object = await scene.at.store.get(key(1));
    await scene.at.store.remove([key(1)]);
    expect(await failure({ ranges })).toContain('the offsets 1 to 1 are missing');
    await scene.at.store.replace(key(1), Buffer.from(`${JSON.stringify(geo(2, 'B'))}\n\n`), {
      metadata: object?.metadata ?? {},
    });
    expect(await failure({ ranges })).toContain('another number of lines');
    expect(await scene.tables.table('geo', []).snapshot({ signal: new AbortController().signal })).toBeUndefined();
    await scene.at.store.replace(key(1), object?.body ?? Buffer.of(), { metadata: object?.metadata ?? {} });
    await scene.clean(landed);
    expect(await failure({ user: 'somebody' })).toContain(`is made of the topic ${topic}`);
  });
});

test('objects of another sink have no metadata: their lines are counted from the names', async () => {
  const topic = topicName(scene.at.user, 'geo');
  const put = (partition: number, start: number, ending: string, body: Buffer): Promise<unknown> =>
    scene.at.store.create(
      `topics/${topic}/partition=${partition}/${topic}+${partition}+${String(start).padStart(10, '0')}.json${ending}`,
      body,
      {},
    );
  const lines = (...rows: object[]): Buffer => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  // The course's topics begin anywhere, since old objects were removed.
  await put(0, 1_703, '', lines(geo(1, 'A')));
  await put(0, 1_704, '.gz', gzipSync(lines(geo(2, 'B'), geo(3, 'C'))));
  await put(2, 7, '', Buffer.from(JSON.stringify(geo(3, 'without a line feed at the end'))));
  const rows = [
    [1, 'A', 0, 1_703],
    [2, 'B', 0, 1_704],
    [3, 'without a line feed at the end', 2, 7],
  ];
  const found = async (): Promise<unknown> =>
    (await scene.rows('geo')).map(({ ind, country, partition, offset }) => [ind, country, partition, offset]);
  expect(await scene.run('clean_geo')).toMatchObject({ read: 4, clean: 4, rows: 3 });
  expect(await found()).toEqual(rows);
  const future = { interval: '2126-01-01T00:00:00Z/2127-01-01T00:00:00Z', offsets: 'names', ranges: 'everything' };
  expect(await scene.run('clean_geo', future)).toMatchObject({ read: 0, rows: 3 });
  const always = { ...future, interval: '2020-01-01T00:00:00Z/2127-01-01T00:00:00Z' };
  expect(await scene.run('clean_geo', always)).toMatchObject({ read: 4, rows: 3, inserted: 0, updated: 0 });
  expect(await found()).toEqual(rows);
});
