import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..');

function pagesOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder).toSorted((one, other) => one.localeCompare(other));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

test('docs/api is what the doc comments say; `npm run api` makes it anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-api-'));
  try {
    execFileSync('npm', ['run', '--silent', 'api', '--', '--out', folder, '--logLevel', 'Warn'], { cwd: root });
    const made = pagesOf(folder);
    expect(Object.keys(made).length).toBeGreaterThan(5);
    expect(pagesOf(join(root, 'docs', 'api'))).toEqual(made);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

/** Modules of the operators that DAGs do not import. */
const inner = ['databricks-job.ts', 'dag-ref.ts', 'instant.ts', 'milliseconds.ts', 'wait-timed-out.ts'];

test('every operator has a page', () => {
  const named = ['operators', 'callbacks'].map((page) => readFileSync(join(root, 'typedoc', `${page}.ts`), 'utf8'));
  const modules = readdirSync(join(root, 'workflows', 'operators')).filter((file) => !inner.includes(file));
  expect(modules.length).toBeGreaterThan(5);
  expect(modules.filter((file) => !named.some((text) => text.includes(`/operators/${file}'`)))).toEqual([]);
});
