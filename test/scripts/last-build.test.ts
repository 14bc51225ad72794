import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentWith } from '../../config/environment.ts';

const root = join(__dirname, '../..');
const checkout = mkdtempSync(join(tmpdir(), 'tw-checkout-'));
let ahead = 0;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
  // Newer than any build whatever the file system's clock can tell apart.
  const time = Date.now() / 1_000 + ++ahead * 600;
  utimesSync(join(checkout, path), time, time);
}

function tw(...args: readonly string[]): {
  readonly out: string;
  readonly err: string;
  readonly status: number | null;
} {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(checkout, 'scripts/tw.mjs'), ...args], {
    env: environmentWith({}),
    encoding: 'utf8',
  });
  return { out: stdout, err: stderr, status };
}

/** A checkout with the real build, and a command line that says which DAGs it knows. */
beforeAll(() => {
  for (const file of ['tw.mjs', 'build.mjs', 'build-lock.mjs', 'sources.mjs'])
    cpSync(join(root, 'scripts', file), join(checkout, 'scripts', file));
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) cpSync(join(root, file), join(checkout, file));
  writeFileSync(join(checkout, 'package.json'), '{"type": "module"}');
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  write(
    'scripts/main.ts',
    "import { dags } from '../workflows/index.ts';\nconsole.log(process.argv[2], dags.join());\n",
  );
  write(
    'workers/bundle.ts',
    `export async function writeWorkflowBundles(folder: string): Promise<void> {
      const { dags }: { dags: string[] } = await import(\`file://\${folder}/workflows/index.js\`);
      if (dags.includes('loop')) throw Object.assign(new Error('DAG loop: a cycle'), { name: 'DagDefinitionError' });
      if (!dags.includes('files')) return;
      console.error('asset one\\n\\nERROR in node:fs\\nModule build failed: no\\n    at x\\n @ ./dist/.next/workflows/files.js 1:0-39');
      throw new Error('Webpack finished with errors');
    }`,
  );
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

test('one DAG that does not compile stopped every verb: what operates goes on with the last good build', () => {
  write('workflows/index.ts', "export const dags: number[] = ['one'];\n");
  const first = tw('runs', 'list');
  expect([first.status, first.out]).toEqual([1, '']);
  expect(first.err).toContain("workflows/index.ts(1,32): error TS2322: Type 'string' is not assignable");
  expect(first.err).toMatch(
    /tw: the sources do not build, and there is no earlier build to go on with, so nothing was/,
  );

  write('workflows/index.ts', "export const dags = ['one'];\n");
  expect(tw('runs', 'list')).toMatchObject({ status: 0, out: 'runs one\n' });

  write('workflows/index.ts', "export const dags: number[] = ['one', 'two'];\n");
  const operated = tw('runs', 'list', '--json');
  expect(operated).toMatchObject({ status: 0, out: 'runs one\n' });
  expect(operated.err).toMatch(
    /^tw: warning: the sources do not build: workflows\/index\.ts\(1,32\): error TS2322: .* \(and 1 more\)\ntw: warning: going on with the last good build, of 20\S+Z; npm run build says all that is wrong\n$/m,
  );
  for (const args of [['worker'], ['schedules', 'apply', '--prune'], ['dags', 'test', 'one']]) {
    expect(tw(...args)).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(
        /index\.ts\(1,39\): error TS2322[^]*tw: the sources do not build, and this takes up definitions, so nothing was done/,
      ),
    });
  }
  expect(tw('worker', '--help')).toMatchObject({ status: 0, out: 'worker one\n' });

  write('workflows/index.ts', "export const dags = ['one', 'two'];\n");
  expect(tw('worker')).toMatchObject({ status: 0, out: 'worker one,two\n' });
}, 120_000);

test('what webpack refuses is told with the file that took it in, not with the first line of its report', () => {
  write('workflows/index.ts', "export const dags = ['one'];\n");
  expect(tw('runs')).toMatchObject({ status: 0 });
  write('workflows/index.ts', "export const dags = ['one', 'files'];\n");
  expect(tw('runs')).toMatchObject({
    status: 0,
    out: 'runs one\n',
    err: expect.stringContaining('do not build: workflows/files.ts: ERROR in node:fs: Module build failed: no\n'),
  });
}, 120_000);

test('a DAG that compiles and is not defined rightly leaves the last good build as it was, too', () => {
  write('workflows/index.ts', "export const dags = ['one'];\n");
  expect(tw('runs')).toMatchObject({ status: 0, out: 'runs one\n' });
  write('workflows/index.ts', "export const dags = ['one', 'loop'];\n");
  for (const verb of ['runs', 'pools']) {
    expect(tw(verb)).toMatchObject({
      status: 0,
      out: `${verb} one\n`,
      err: expect.stringContaining('tw: warning: the sources do not build: DAG loop: a cycle\n'),
    });
  }
  expect(tw('dev')).toMatchObject({ status: 1, out: '' });
}, 120_000);
