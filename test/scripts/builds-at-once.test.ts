import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { environmentWith } from '../../config/environment.ts';

const root = join(__dirname, '../..');
const checkout = mkdtempSync(join(tmpdir(), 'tw-checkout-'));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
}

const tw = (...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  promisify(execFile)(process.execPath, [join(checkout, 'scripts/tw.mjs'), ...args], { env: environmentWith({}) });

const builds = (): number => readFileSync(join(checkout, 'builds'), 'utf8').length;

/** A checkout with the real build. Its bundler counts builds, and an editor saves a file while it works. */
beforeAll(() => {
  for (const file of ['tw.mjs', 'build.mjs', 'build-lock.mjs', 'sources.mjs'])
    cpSync(join(root, 'scripts', file), join(checkout, 'scripts', file));
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) cpSync(join(root, file), join(checkout, file));
  write('package.json', '{"type": "module"}');
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  write('scripts/main.ts', "import { dags } from '../workflows/index.ts';\nconsole.log(dags.join());\n");
  write('workflows/index.ts', "export const dags = ['first'];\n");
  write(
    'workers/bundle.ts',
    `import { appendFileSync, copyFileSync, existsSync, rmSync } from 'node:fs';
    export async function writeWorkflowBundles(): Promise<void> {
      appendFileSync('builds', '.');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      if (!existsSync('saved.ts')) return;
      copyFileSync('saved.ts', 'workflows/index.ts');
      rmSync('saved.ts');
    }`,
  );
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

test('verbs that find the sources changed at the same moment built at once, and took files from under each other', async () => {
  const both = await Promise.all([tw('runs'), tw('dags')]);
  expect(both.map(({ stdout }) => stdout)).toEqual(['first\n', 'first\n']);
  expect(builds()).toBe(1);
}, 120_000);

test('what is saved while a build goes on is taken up by the next verb', async () => {
  write('workflows/index.ts', "export const dags = ['second'];\n");
  write('saved.ts', "export const dags = ['third'];\n");
  expect((await tw('runs')).stdout).toBe('second\n');
  expect((await tw('runs')).stdout).toBe('third\n');
  expect((await tw('runs')).stdout).toBe('third\n');
  expect(builds()).toBe(3);
}, 120_000);
