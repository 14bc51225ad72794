import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkSandboxImports } from '../../workers/sandbox-imports.ts';
import { SourceError } from '../../workers/source-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'tw-imports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(files: Readonly<Record<string, string>>): () => void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return () => checkSandboxImports(folder, 'workflows/index.js');
}

test('a DAG that reads a file was a hundred lines of webpack: it is a sentence with what to do', () => {
  const index = "export { rates } from './rates.js';\n";
  const sound =
    "import { z } from 'zod';\n/**\n * import { x } from 'node:fs';\n */\nexport const rates = 1;\nexport * from './rates.js';\n";
  expect(check({ 'workflows/index.js': index, 'workflows/rates.js': sound })).not.toThrow();

  const reading = "import { readFileSync } from 'node:fs';\nexport const rates = readFileSync('a');\n";
  expect(check({ 'workflows/rates.js': reading })).toThrow(
    new SourceError(
      "workflows/rates.ts imports node:fs: a DAG's code runs in Temporal's sandbox, which has nothing of Node; what needs Node is an activity, which a task calls (README, Add a DAG)",
    ),
  );
});

test('the way that leads to it is named, and what to take instead', () => {
  expect(
    check({
      'workflows/rates.js': "import { store } from '../activities/s3/store.js';\nexport const rates = store;\n",
      'activities/s3/store.js': "import { a,\n  b } from './writer.js';\nexport const store = a;\n",
      'activities/s3/writer.js': "import 'node:timers/promises';\nexport const a = 1;\n",
    }),
  ).toThrow(
    /^workflows\/rates\.ts imports activities\/s3\/store\.ts imports activities\/s3\/writer\.ts imports node:timers\/promises: .*; take types alone from activities\/s3\/store\.ts \(import type\), and call its activity$/,
  );
});
