import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDuckDb } from '../../../activities/duckdb/engine.ts';
import { AdapterError } from '../../../activities/shared/adapter-error.ts';

const childPath = join(__dirname, '../../../dist/activities/duckdb/child.js');
let workDir: string;
beforeAll(() => {
  workDir = mkdtempSync(join(tmpdir(), 'duckdb-test-'));
});
afterAll(() => {
  const left = readdirSync(workDir);
  rmSync(workDir, { recursive: true });
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
});

const engine = (memory = '256MB', child = childPath): ReturnType<typeof createDuckDb> =>
  createDuckDb({ memory, threads: 2, workDir, childPath: child });
const signal = new AbortController().signal;
const verdict = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof AdapterError ? `${error.code} ${error.canRetry ? 'retry' : 'no retry'}` : String(error),
  );
const processes = (): string => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });

describe('a session', () => {
  test('gives rows as plain JSON, whatever their types', async () => {
    const rows = await engine().use({ signal }, (session) =>
      session.rows(
        `SELECT 1 AS i, 9007199254740993::BIGINT AS big, 5::BIGINT AS small, 1.5::DOUBLE AS d, [1::BIGINT, NULL] AS l,
           make_timestamptz(0) AS t, {a: 7::BIGINT} AS s, NULL AS n, $1 AS text`,
        ["it's"],
      ),
    );
    expect(rows).toEqual([
      {
        i: 1,
        big: '9007199254740993',
        small: 5,
        d: 1.5,
        l: [1, null],
        t: '1970-01-01T00:00:00.000Z',
        s: { a: 7 },
        n: null,
        text: "it's",
      },
    ]);
  });

  test('reads and writes one private folder and nothing else, and cannot open itself up', async () => {
    const outside = join(workDir, 'outside.txt');
    writeFileSync(outside, 'secret');
    await engine().use({ signal }, async ({ folder, run, rows }) => {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      await run(`COPY (SELECT 1 AS a) TO '${folder}/a.parquet' (FORMAT parquet)`);
      expect(await rows(`FROM read_parquet('${folder}/a.parquet')`)).toEqual([{ a: 1 }]);
      for (const sql of [
        `FROM read_text('/etc/passwd')`,
        `FROM read_text('${outside}')`,
        `FROM read_text('${folder}/../outside.txt')`,
        `COPY (SELECT 1) TO '${workDir}/new.csv'`,
        `SET enable_external_access = true`,
        `SET memory_limit = '10GB'`,
        `RESET lock_configuration`,
        `INSTALL httpfs`,
        `LOAD httpfs`,
        `FROM read_text('http://127.0.0.1:1/x')`,
        `ATTACH '${workDir}/x.db'`,
      ]) {
        expect([sql, await verdict(rows(sql))]).toEqual([sql, 'internal no retry']);
      }
      expect(await rows('SELECT 2 AS still')).toEqual([{ still: 2 }]);
    });
    rmSync(outside);
  });

  test('leaves no folder and no process behind, also when the work fails', async () => {
    let seen = '';
    await expect(
      engine().use({ signal }, async ({ folder }) => {
        seen = folder;
        expect(processes()).toContain(folder);
        throw new Error('the work failed');
      }),
    ).rejects.toThrow('the work failed');
    expect(existsSync(seen)).toBe(false);
    expect(processes()).not.toContain(seen);
  });
});

describe('verdicts', () => {
  const endless = 'SELECT count(*) FROM range(100000000000) a, range(1000) b';

  test('over the memory limit: no retry, and the words name the setting', async () => {
    const work = engine('64MB').use({ signal }, ({ rows }) =>
      rows("SELECT len(list(repeat('x', 1000) || i)) FROM range(1000000) r(i)"),
    );
    await expect(work).rejects.toThrow(/TW_DUCKDB_MEMORY/);
    expect(await verdict(work)).toBe('too_large no retry');
  });

  test('over the time limit, stopped, killed: at once, with the right word', async () => {
    const begun = performance.now();
    expect(await verdict(engine().use({ signal, timeLimitMs: 700 }, ({ rows }) => rows(endless)))).toBe(
      'timeout retry',
    );
    const stop = new AbortController();
    const stopped = engine().use({ signal: stop.signal }, async ({ rows }) => {
      setTimeout(() => stop.abort(new Error('drain')), 100);
      await rows(endless);
    });
    await expect(stopped).rejects.toThrow('drain');
    await expect(engine().use({ signal: stop.signal }, async () => 1)).rejects.toThrow('drain');
    const killed = engine().use({ signal }, async ({ rows, folder }) => {
      const pid = processIdOf(folder);
      setTimeout(() => process.kill(pid, 'SIGKILL'), 100);
      await rows(endless);
    });
    expect(await verdict(killed)).toBe('unavailable retry');
    const crashed = engine().use({ signal }, async (session) => {
      process.kill(processIdOf(session.folder), 'SIGSEGV');
      await new Promise((resolve) => session.signal.addEventListener('abort', resolve));
    });
    expect(await verdict(crashed)).toBe('internal no retry');
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  test('of a process that is lost while files still come: the loss, and nothing is written or left after it', async () => {
    let folder = '';
    let written = 0;
    let ended = false;
    const lost = engine().use({ signal }, async (session) => {
      ({ folder } = session);
      setTimeout(() => process.kill(processIdOf(folder), 'SIGKILL'), 50);
      // As a step downloads: file after file, until its signal says stop; and the last one takes its time.
      while (!session.signal.aborted) {
        await mkdir(join(folder, `${written}`), { recursive: true });
        await writeFile(join(folder, `${written}`, 'lines'), 'x');
        written += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
      await mkdir(join(folder, 'last'), { recursive: true });
      ended = true;
    });
    expect(await verdict(lost)).toBe('unavailable retry');
    expect([written > 0, ended, existsSync(folder)]).toEqual([true, true, false]);
  });

  test('of a full disk, whoever wrote to it: tried again, and the words name the setting', async () => {
    const full = engine().use({ signal }, async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    await expect(full).rejects.toThrow(/disk is full.*TW_WORK_DIR/);
    expect(await verdict(full)).toBe('unavailable retry');
  });

  test('of a bad statement, data is not quoted; a child that is not built is named', async () => {
    const work = engine().use({ signal }, ({ rows }) => rows(`SELECT CAST('private words' AS INTEGER)`));
    await expect(work).rejects.toThrow(/refused the statement that begins with "SELECT CAST" \(Conversion Error\)/);
    await expect(work).rejects.not.toThrow(/private/);
    await expect(engine('64MB', join(workDir, 'none.js')).use({ signal }, async () => 1)).rejects.toThrow(
      /npm run build/,
    );
  });
});

describe('a parent that dies takes the process along', () => {
  test.each([
    ['and its folder', 'tradewind-orphan'],
    // No folder can be removed from inside a file; nor from a mount that went away.
    ['also where its folder cannot be removed', 'parent.cjs/tradewind-orphan'],
  ])('%s', async (_, name) => {
    const parent = join(workDir, 'parent.cjs');
    const folder = join(workDir, name);
    const options = JSON.stringify({ folder, memory: '64MB', threads: 1 });
    const endless = 'SELECT count(*) FROM range(100000000000) a, range(1000) b';
    const request = JSON.stringify({ id: 1, sql: endless, values: [], wantsRows: true });
    writeFileSync(
      parent,
      `const { fork } = require('node:child_process'); const { mkdirSync } = require('node:fs');
       if (${JSON.stringify(folder)}.includes('cjs') === false) mkdirSync(${JSON.stringify(folder)});
       const child = fork(${JSON.stringify(childPath)}, [${JSON.stringify(options)}]);
       child.on('message', () => { child.send(${request}); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200); });`,
    );
    expect(() => execFileSync(process.execPath, [parent], { stdio: 'ignore' })).toThrow(/Command failed/);
    for (let tries = 0; tries < 100 && (existsSync(folder) || processes().includes(folder)); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(existsSync(folder)).toBe(false);
    expect(processes()).not.toContain(folder);
    rmSync(parent);
  });
});

function processIdOf(folder: string): number {
  const line = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .find((one) => one.includes(folder));
  return Number(line?.trim().split(' ')[0]);
}
