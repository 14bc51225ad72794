import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(__dirname, '..', '..', '..');

/** Every module that a file loads with it, by values alone: files of ours from the root, packages by name. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, target = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gms)) {
    if (target.startsWith('.')) loadedBy(relative(root, join(root, dirname(file), target)), seen);
    else seen.add(target);
  }
  return seen;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

test('the page loads the chart library', () => {
  expect(loadedBy('pipeline/report/page.ts')).toContain('echarts');
});

test.each([
  ...sources('workflows'),
  'activities/steps/report.ts',
  'pipeline/report/answers.ts',
  'pipeline/report/columns.ts',
  'pipeline/report/wording.ts',
  'scripts/answer-tables.ts',
])('%s does not', (file) => {
  expect(loadedBy(file)).not.toContain('echarts');
});
