import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { createConnection, type Connection } from 'mysql2/promise';
import { parseSettings } from '../../config/settings.ts';
import { isFree } from '../../stack/ports.ts';
import { startStack, stopStack, type Stack } from '../../stack/stack.ts';
import { openState } from '../../stack/state.ts';
import { stackStatus } from '../../stack/status.ts';
import { eventually, ownStateDir } from '../support/own-state.ts';
import { isPidRunning } from '../support/shared-stack.ts';

/** MariaDB is the part that is quickest to come up and has most to lose. */
async function start(stateDir: string, given: Readonly<Record<string, string>> = {}): Promise<Stack> {
  return await startStack({ stateDir, parts: ['mysql'], tether: true, given });
}

async function connect(stack: Stack): Promise<Connection> {
  const { host, port, user, password, database } = parseSettings(stack.settings).mysql;
  return await createConnection({ host, port, user, password, database });
}

function pidOf(stack: Stack): number {
  return stack.parts[0]?.pid ?? 0;
}

describe('a stack', () => {
  test('keeps its data and its ports over a restart, and leaves nothing running', async () => {
    const stateDir = ownStateDir();
    const first = await start(stateDir);
    const connection = await connect(first);
    await connection.query('CREATE TABLE kept (word VARCHAR(20))');
    await connection.query("INSERT INTO kept VALUES ('Šárka')");
    await connection.end();
    await first.stop();
    expect(isPidRunning(pidOf(first))).toBe(false);
    expect(await isFree(first.parts[0]?.ports['mysql'] ?? 0)).toBe(true);

    const second = await start(stateDir);
    const again = await connect(second);
    const [rows] = await again.query('SELECT word FROM kept');
    await again.end();
    await second.stop();
    expect(rows).toEqual([{ word: 'Šárka' }]);
    expect(second.parts[0]?.ports).toEqual(first.parts[0]?.ports);
    expect(existsSync(join(stateDir, 'mysql', 'server.previous.log'))).toBe(true);
  });

  test('says where its servers are in a private file, while they are up', async () => {
    const stateDir = ownStateDir();
    const stack = await start(stateDir);
    const file = join(stateDir, 'settings.env');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(stateDir, 'stack.json')).mode & 0o777).toBe(0o600);
    expect({ ...parseEnv(readFileSync(file, 'utf8')) }).toEqual(stack.settings);
    await stack.stop();
    expect(existsSync(file)).toBe(false);
  });

  test('has no password in its arguments', async () => {
    const stack = await start(ownStateDir());
    const password = stack.settings['TW_MYSQL_PASSWORD'] ?? '';
    expect(password).toHaveLength(40);
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pidOf(stack))]);
    expect(stdout).toContain('mariadbd');
    expect(stdout).not.toContain(password);
    await stack.stop();
  });

  test('is used as it is by whoever comes second, and left up by him', async () => {
    const stateDir = ownStateDir();
    const first = await start(stateDir);
    const second = await start(stateDir);
    expect(second.parts[0]).toMatchObject({ origin: 'reused', pid: pidOf(first) });
    expect(second.settings).toEqual(first.settings);
    await second.stop();
    expect(stackStatus(stateDir).find(({ name }) => name === 'mysql')?.state).toBe('running');
    await first.stop();
  });

  test('starts a server again that has died', async () => {
    const stateDir = ownStateDir();
    const first = await start(stateDir);
    process.kill(pidOf(first), 'SIGKILL');
    const second = await start(stateDir);
    expect(second.parts[0]?.origin).toBe('started');
    expect(pidOf(second)).not.toBe(pidOf(first));
    await second.stop();
  });

  test('comes up once when two ask at the same time', async () => {
    const stateDir = ownStateDir();
    const [one, other] = await Promise.all([start(stateDir), start(stateDir)]);
    expect(pidOf(one)).toBe(pidOf(other));
    expect(new Set([one, other].map(({ parts }) => parts[0]?.origin))).toEqual(new Set(['reused', 'started']));
    await stopStack(stateDir);
  });

  test('does not touch another one', async () => {
    const [here, there] = await Promise.all([start(ownStateDir()), start(ownStateDir())]);
    expect(here.parts[0]?.ports).not.toEqual(there.parts[0]?.ports);
    expect(here.settings['TW_MYSQL_PASSWORD']).not.toBe(there.settings['TW_MYSQL_PASSWORD']);
    await here.stop();
    const connection = await connect(there);
    await connection.end();
    await there.stop();
  });

  test('starts nothing whose address is given', async () => {
    const stack = await start(ownStateDir(), { TW_MYSQL_HOST: 'db.example' });
    expect(stack.parts).toMatchObject([{ name: 'mysql', origin: 'given', pid: undefined }]);
    expect(stack.settings).toEqual({});
    await stack.stop();
  });

  test('that is stopped while it comes up has ended what it started when it says so', async () => {
    const stateDir = ownStateDir();
    const stop = new AbortController();
    let pid = 0;
    const outcome = startStack({ stateDir, parts: ['mysql'], tether: true, given: {}, stop: stop.signal }).then(
      () => 'up',
      (error: unknown) => String(error),
    );
    await eventually('the server has been started', () => {
      pid = openState(stateDir, { create: false }).server('mysql')?.pid ?? 0;
      return pid !== 0;
    });
    stop.abort();
    expect(await outcome).toMatch(/was stopped/);
    expect(isPidRunning(pid)).toBe(false);
    expect(stackStatus(stateDir).every(({ state }) => state === 'down')).toBe(true);
  });

  test('ends what has started when a part does not come up, and shows its log', async () => {
    const stateDir = ownStateDir();
    const late = startStack({ stateDir, parts: ['mysql'], tether: true, given: {}, readyWithinMs: 0 });
    await expect(late).rejects.toThrow(/server\.log/);
    expect(stackStatus(stateDir).every(({ state }) => state === 'down')).toBe(true);
  });
});
