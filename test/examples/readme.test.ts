import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', 'examples');

test('the page of the examples names each of them once', () => {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  const named = [...page.matchAll(/^\| .* \| \[(.+)\]\(\1\) \|/gm)].map(([, file = '']) => file);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !/^(index|activities)\./.test(file));
  expect(named.toSorted()).toEqual(files.toSorted());
});
