import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withIncludedCode } from '../scripts/included-code.ts';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');

test('docs/migration.md has the code of its files as they are; `npx tsx scripts/included-code.ts` takes it anew', () => {
  const page = read('docs/migration.md');
  expect(page.match(/^<!-- code: /gm)).toHaveLength(6);
  expect(withIncludedCode(page, read)).toBe(page);
});

test('what stood between the marks goes, and what stands around them stays', () => {
  const page = 'a\n<!-- code: x.ts -->\nold\n<!-- /code -->\nb\n<!-- code: y.py -->\n<!-- /code -->\n';
  expect(withIncludedCode(page, (path) => `${path}!\n`)).toBe(
    'a\n<!-- code: x.ts -->\n\n```ts\nx.ts!\n```\n\n<!-- /code -->\nb\n<!-- code: y.py -->\n\n```python\ny.py!\n```\n\n<!-- /code -->\n',
  );
});
