import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const page = readFileSync(join(root, 'docs', 'airflow-map.md'), 'utf8');

/** Rows of the tables, without their heads. */
const rows = [...page.matchAll(/^\| .* \|$/gm)]
  .map(([row]) => row)
  .filter((row) => !row.startsWith('| Airflow |') && !row.startsWith('| --- |'));

test('the map of Airflow names the tests of every row, or says that it is not there yet', () => {
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.filter((row) => !row.includes('](../test/') && !row.includes('**not there yet**'))).toEqual([]);
});

test('the map of Airflow leads to every example', () => {
  const examples = readdirSync(join(root, 'examples')).filter(
    (file) => file.endsWith('.ts') && !['index.ts', 'activities.ts'].includes(file),
  );
  expect(examples.length).toBeGreaterThan(20);
  expect(examples.filter((file) => !page.includes(`](../examples/${file})`))).toEqual([]);
});
