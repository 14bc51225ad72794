import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partNames } from '../../stack/part-name.ts';
import { chooseParts, s3Servers } from '../../stack/parts.ts';
import { platforms, thisPlatform } from '../../stack/platform.ts';
import { precheck, precheckLines } from '../../stack/precheck.ts';
import { progressPrinter } from '../../stack/progress-printer.ts';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-precheck-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the precheck', () => {
  test('says quickly, and without fetching, what a start would fetch', async () => {
    const begun = performance.now();
    const check = await precheck({ stateDir: join(folder, 'state'), cacheDir: join(folder, 'cache'), given: {} });
    // Well under a second on an idle machine; the tests share theirs with servers.
    expect(performance.now() - begun).toBeLessThan(3_000);
    const fetched = check.parts.filter(({ where }) => where === 'registry');
    expect(check.downloadBytes).toBe(fetched.reduce((sum, { downloadBytes }) => sum + downloadBytes, 0));
    expect(check.parts.map(({ name }) => name)).toEqual([...partNames]);
    const megabytes = Math.round(check.downloadBytes / 1e6);
    const cost = megabytes === 0 ? 'Nothing to fetch.' : `To fetch: ${megabytes} MB; disk: `;
    expect(precheckLines(check).find((line) => line.startsWith(cost))).toBeDefined();
  });

  test('names what is given and what is missing', async () => {
    const path = process.env['PATH'];
    const home = process.env['JAVA_HOME'];
    process.env['PATH'] = folder;
    delete process.env['JAVA_HOME'];
    try {
      const given = { TEMPORAL_ADDRESS: 'temporal.example:7233', TW_S3_BUCKET: 'user-x-bucket' };
      const check = await precheck({ stateDir: join(folder, 'state'), cacheDir: join(folder, 'cache'), given });
      expect(check.parts.map(({ name, where }) => [name, where])).toEqual([
        ['temporal', 'given'],
        ['kafka', 'registry'],
        ['mysql', 'registry'],
        ['s3', 'given'],
      ]);
      expect(check.problems.join('\n')).toMatch(/MariaDB .* needs Maven/);
      expect(check.problems.join('\n')).toMatch(/Apache Kafka needs a JDK 17/);
    } finally {
      process.env['PATH'] = path;
      if (home !== undefined) process.env['JAVA_HOME'] = home;
    }
  });
});

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
