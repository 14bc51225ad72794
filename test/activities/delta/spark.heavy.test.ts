import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spark } from '../../support/spark.ts';
import { testSettings } from '../../support/stack.ts';
import { tablesFixtures } from '../steps/tables-fixture.ts';

jest.setTimeout(900_000);
let fixtures: Awaited<ReturnType<typeof tablesFixtures>>;
beforeAll(async () => {
  fixtures = await tablesFixtures(20);
});
afterAll(() => fixtures.close());

const geo = (ind: number, country: string): object => ({
  ind,
  country,
  // Before 1582 calendars differ, and before 1900 zones have odd seconds.
  timestamp: ind === 3 ? '0001-01-01 00:00:00' : `2020-01-01T00:00:${10 + (ind % 50)}`,
  latitude: ind / 7,
  longitude: -ind,
});

/** As Spark's JSON has it: no nulls. */
const present = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, name === 'timestamp' ? new Date(String(value)).toISOString() : value]),
  );

test('Spark reads what DuckDB wrote: every version, over a checkpoint, and instants that its strict setting is afraid of', async () => {
  const at = await fixtures.make();
  const read = await spark(testSettings());
  const inds = Array.from({ length: 50 }, (_, n) => n);
  await at.clean(await at.land('geo', [inds.map((ind) => geo(ind, ind % 3 === 0 ? '' : 'Ελλάδα 🎄'))]), 'day-0');
  // A hundred more days: the hundredth writes a checkpoint, and most change one row.
  for (let day = 1; day <= 101; day += 1)
    await at.clean(await at.land('geo', [[geo(day % 60, `Day ${day}`)]]), `day-${day}`);
  const folder = mkdtempSync(join(at.workDir, 'spark-'));
  const monthAgo = new Date(Date.now() - 30 * 24 * 3_600_000);
  const prefix = `tables/${at.user}/duckdb/geo/`;
  for await (const { key } of at.store.list(prefix)) {
    const path = join(folder, 'geo', key.slice(prefix.length));
    mkdirSync(dirname(path), { recursive: true });
    await at.store.download(key, path);
    utimesSync(path, monthAgo, monthAgo);
  }
  // Spark must be able to begin at the checkpoint: what came before is gone here.
  for (let version = 0; version < 100; version += 1) {
    if (version !== 0) rmSync(join(folder, 'geo', '_delta_log', `${String(version).padStart(20, '0')}.json`));
  }
  const found = read({ last: { path: join(folder, 'geo'), version: 101, orderBy: 'ind' } }, folder);
  const ours = await at.rows('geo', 101);
  expect(found['last']?.names).toEqual(Object.keys(ours[0] ?? {}));
  expect(found['last']?.rows.map(present)).toEqual(ours.map(present));
  expect(ours).toHaveLength(60);
  // Removed a moment ago, all of them, whatever the age of their bytes: a reader of an older version may need them.
  expect(found['last']?.unneeded).toEqual([]);
  rmSync(folder, { recursive: true });
});
