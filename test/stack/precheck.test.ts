import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingLibraries } from '../../stack/libraries.ts';
import { partNames, usualPartNames } from '../../stack/part-name.ts';
import { chooseParts, s3Servers } from '../../stack/parts.ts';
import { platforms, thisPlatform } from '../../stack/platform.ts';
import { precheck, precheckLines } from '../../stack/precheck.ts';
import { progressPrinter } from '../../stack/progress-printer.ts';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-precheck-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nothingCached = { stateDir: join(folder, 'state'), cacheDir: join(folder, 'cache') };

describe('the precheck', () => {
  test('says quickly, and without fetching, what a start would fetch', async () => {
    const begun = performance.now();
    const check = await precheck({ ...nothingCached, given: {} });
    // Well under a second on an idle machine, where a fetch takes a minute; the tests share theirs with servers.
    expect(performance.now() - begun).toBeLessThan(10_000);
    const fetched = check.parts.filter(({ where }) => where === 'registry');
    expect(check.downloadBytes).toBe(fetched.reduce((sum, { downloadBytes }) => sum + downloadBytes, 0));
    expect(check.parts.map(({ name }) => name)).toEqual([...usualPartNames]);
    const megabytes = Math.round(check.downloadBytes / 1e6);
    const cost = megabytes === 0 ? 'Nothing to fetch.' : `To fetch: ${megabytes} MB; disk: `;
    expect(precheckLines(check).find((line) => line.startsWith(cost))).toBeDefined();
  });

  test('names what is given and what is missing', async () => {
    const given = { TEMPORAL_ADDRESS: 'temporal.example:7233', TW_S3_BUCKET: 'user-x-bucket' };
    const check = await withoutPrograms(() => precheck({ ...nothingCached, given }));
    expect(check.parts.map(({ name, where }) => [name, where])).toEqual([
      ['temporal', 'given'],
      ['kafka', 'registry'],
      ['mysql', 'registry'],
      ['s3', 'given'],
    ]);
    expect(check.problems).toEqual([
      expect.stringMatching(/^a JDK 17 or newer .*; for Apache Kafka, MariaDB \(MySQL protocol\)$/),
      expect.stringMatching(/^Maven 3\.6 or newer .*; for Apache Kafka, MariaDB \(MySQL protocol\)$/),
      expect.stringMatching(/^Python 3\.11 or newer .*; for MariaDB \(MySQL protocol\)$/),
    ]);
  });

  test('names the whole download where nothing to fetch it with is here', async () => {
    const check = await withoutPrograms(() => precheck({ ...nothingCached, given: {} }));
    const recipes = await Promise.all(
      chooseParts(usualPartNames, 'ministack').map(({ part }) => part.recipe(thisPlatform())),
    );
    expect(check.downloadBytes).toBe(recipes.reduce((sum, { downloadBytes }) => sum + downloadBytes, 0));
    expect(precheckLines(check).filter((line) => line.includes('Python'))).toEqual([
      expect.stringMatching(/^Missing: .*; for Temporal server and UI, MariaDB \(MySQL protocol\), MiniStack \(S3\)$/),
    ]);
  });

  test('looks for libraries that a fetched program is linked to', async () => {
    const [mysql] = chooseParts(['mysql'], 'ministack');
    const { libraries } = (await mysql?.part.recipe('darwin-arm64')) ?? {};
    const sentence = (there: string): string | undefined =>
      missingLibraries('MariaDB', libraries, (path) => path.includes(there));
    expect(sentence('nothing')).toMatch(/brew install openssl@3 pcre2`$/);
    expect(sentence('openssl@3')).toMatch(/brew install pcre2`$/);
    expect(sentence('/opt/homebrew/')).toBeUndefined();
  });
});

/** Runs something as on a machine without Java, Maven and Python. */
async function withoutPrograms<Result>(work: () => Promise<Result>): Promise<Result> {
  const { PATH, JAVA_HOME } = process.env;
  process.env['PATH'] = folder;
  delete process.env['JAVA_HOME'];
  try {
    return await work();
  } finally {
    process.env['PATH'] = PATH;
    if (JAVA_HOME !== undefined) process.env['JAVA_HOME'] = JAVA_HOME;
  }
}

describe('the recipes', () => {
  const every = s3Servers.flatMap((s3) => chooseParts(partNames, s3));

  test.each(['linux-x64', 'darwin-arm64'] as const)('of every part are there for %s', async (platform) => {
    for (const { part } of every) {
      const recipe = await part.recipe(platform);
      expect(recipe.cacheKey).toContain(part.version);
      expect(recipe.downloadBytes).toBeGreaterThan(1e6);
      expect(recipe.fetchWith.length).toBeGreaterThan(0);
    }
  });

  test('that do not exist are said to, with a way out', async () => {
    const [mysql] = chooseParts(['mysql'], 'ministack');
    await expect(async () => mysql?.part.recipe('linux-arm64')).rejects.toThrow(
      /mariadbd 11\.4 on PATH, or set TW_MYSQL_HOST/,
    );
    expect(() => thisPlatform('win32', 'x64')).toThrow(/not on win32-x64/);
    expect(platforms.map((platform) => thisPlatform(...split(platform)))).toEqual([...platforms]);
  });

  test('give machine code of different systems different places', async () => {
    for (const { part } of every.filter(({ part: { name } }) => name !== 'kafka')) {
      const keys = await Promise.all(
        (['linux-x64', 'darwin-arm64'] as const).map(async (one) => (await part.recipe(one)).cacheKey),
      );
      expect(new Set(keys).size).toBe(2);
    }
  });
});

describe('progress', () => {
  test('is a line at each step and at each quarter where no terminal is', () => {
    const written: string[] = [];
    const print = progressPrinter({ write: (text) => written.push(text) });
    for (let bytes = 0; bytes <= 100e6; bytes += 1e6) {
      print({ part: 'kafka', step: 'fetch', text: 'fetching Kafka', bytes, totalBytes: 100e6 });
    }
    print({ part: 'kafka', step: 'ready', text: 'Kafka is up' });
    expect(written).toHaveLength(6);
    expect(written.at(1)).toContain('25 MB of 100 MB');
  });
});

function split(platform: string): [string, string] {
  const [os = '', arch = ''] = platform.split('-');
  return [os, arch];
}
