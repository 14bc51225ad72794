import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoState, openDemoState } from '../../../scripts/demo/demo-state.ts';
import { stateFile } from '../../../stack/state.ts';

const before = { ...process.env };
const home = mkdtempSync(join(tmpdir(), 'tradewind-demo-state-'));
const usual = join(home, 'state');
const posts = join(home, 'posts');

beforeEach(() => {
  process.env['TW_STATE_DIR'] = usual;
  for (const folder of [usual, join(usual, 'rows')]) {
    mkdirSync(join(folder, 'mysql'), { recursive: true });
    writeFileSync(join(folder, stateFile), JSON.stringify({ servers: {}, ports: {}, secrets: {} }));
  }
  mkdirSync(posts, { recursive: true });
  for (const table of ['pin', 'geo', 'user']) writeFileSync(join(posts, `${table}.jsonl`), '');
});

afterAll(() => {
  process.env = before;
  rmSync(home, { recursive: true, force: true });
});

test('nothing is touched until the state is opened', async () => {
  const state = demoState({ fresh: true });
  expect(existsSync(join(usual, 'mysql'))).toBe(true);
  await openDemoState(state);
  expect(existsSync(join(usual, 'mysql'))).toBe(false);
  expect(existsSync(join(usual, 'rows', 'mysql'))).toBe(true);
});

test("posts of one's own get a fresh state below the usual one, which stays as it is", async () => {
  const state = demoState({ rows: posts });
  expect(state).toMatchObject({ folder: join(usual, 'rows'), prefix: `TW_STATE_DIR=${join(usual, 'rows')} ` });
  await openDemoState(state);
  expect(existsSync(join(usual, 'rows', 'mysql'))).toBe(false);
  expect(existsSync(join(usual, 'mysql'))).toBe(true);
});

test('a folder that lacks a file of posts is named', () => {
  rmSync(join(posts, 'geo.jsonl'));
  expect(() => demoState({ rows: posts })).toThrow(`there is no ${join(posts, 'geo.jsonl')}`);
});

test('tw demo --fresh on a machine that lacks a program says so, and costs nobody the data that they have', () => {
  const path = join(home, 'path');
  mkdirSync(path, { recursive: true });
  symlinkSync(process.execPath, join(path, 'node'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, '../../../dist/scripts/main.js'), 'demo', '--fresh'],
    { env: { PATH: path, TW_STATE_DIR: usual, TW_CACHE_DIR: join(home, 'cache') }, encoding: 'utf8', cwd: home },
  );
  expect(stdout).toContain('What the demo needs');
  expect(stderr).toBe('tw: the demo cannot start: see what is missing above\n');
  expect(status).toBe(78);
  expect(existsSync(join(usual, 'mysql'))).toBe(true);
});
