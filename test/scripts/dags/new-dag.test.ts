import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planNewDag, writeNewDag } from '../../../scripts/dags/new-dag.ts';

const root = join(__dirname, '../../..');
const index = readFileSync(join(root, 'workflows/index.ts'), 'utf8');
let checkout: string;

/** A checkout with nothing of its own but the list of DAGs. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'tradewind-new-dag-'));
  for (const folder of ['workflows', 'test']) mkdirSync(join(checkout, folder));
  const rooms = ['dag', 'pipeline', 'activities', 'testing', 'workflows/engine', 'workflows/operators'];
  for (const name of [...rooms, 'node_modules', 'package.json']) {
    symlinkSync(join(root, name), join(checkout, name));
  }
  writeFileSync(join(checkout, 'workflows/index.ts'), index);
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

test('a new DAG has types that fit, a test that passes, and its name in the list', () => {
  writeNewDag(checkout, planNewDag(checkout, 'countLetters'));
  expect(readFileSync(join(checkout, 'workflows/index.ts'), 'utf8')).toBe(
    `${index}export { countLetters } from './count-letters.ts';\n`,
  );
  const config = { extends: join(root, 'tsconfig.json'), include: ['workflows/count-letters.ts', 'test'], exclude: [] };
  writeFileSync(
    join(checkout, 'tsconfig.json'),
    JSON.stringify({ ...config, compilerOptions: { types: ['node', 'jest'], noEmit: true } }),
  );
  const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: checkout, encoding: 'utf8' });
  expect(node(join(root, 'node_modules/typescript/bin/tsc'), '-p', checkout).stdout).toBe('');
  const swc = [
    require.resolve('@swc/jest'),
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
  ];
  const jest = { rootDir: checkout, testEnvironment: 'node', transform: { '^.+\\.ts$': swc } };
  const tested = node(join(root, 'node_modules/jest/bin/jest.js'), '--ci', '--config', JSON.stringify(jest));
  expect(tested.stderr).toMatch(/^Tests: +2 passed, 2 total$/m);
  expect(tested.status).toBe(0);
}, 60_000);

test('a plan alone writes nothing', () => {
  const files = planNewDag(checkout, 'land_pins');
  expect(files.map(({ path, isThere }) => [path, isThere])).toEqual([
    ['workflows/land-pins.ts', false],
    ['test/dags/land-pins.test.ts', false],
    ['workflows/index.ts', true],
  ]);
  expect(readFileSync(join(checkout, 'workflows/index.ts'), 'utf8')).toBe(index);
});

test.each([
  ['pinterestDaily', 'there is a DAG pinterestDaily already; choose another name'],
  ['land-pins', 'land-pins cannot name a DAG'],
  ['LandPins', 'write it like landPins'],
  ['default', 'default cannot name a DAG'],
  ['dag', 'dag cannot name a DAG: its files use that name'],
  ['backfill', 'backfill cannot name a DAG: the engine has a workflow of that name'],
  ['../x', 'cannot name a DAG'],
])('%s will not do', (id, words) => {
  expect(() => planNewDag(checkout, id)).toThrow(words);
});

test('what is there is left as it is', () => {
  const path = join(checkout, 'workflows/land-pins.ts');
  writeFileSync(path, 'mine');
  expect(() => planNewDag(checkout, 'landPins')).toThrow(
    'workflows/land-pins.ts is there already; choose another name',
  );
  expect(readFileSync(path, 'utf8')).toBe('mine');
});
