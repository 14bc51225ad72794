import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const page = readFileSync(join(root, 'docs', 'glossary.md'), 'utf8');

/** The last column of every row: `` `dag/params.ts` ``, several separated by commas. */
const places = [...page.matchAll(/\|([^|\n]*)\|$/gm)]
  .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)])
  .map(([, place = '']) => place);

test('the glossary says where its words live', () => {
  expect(places.length).toBeGreaterThan(40);
  expect(places.filter((place) => !existsSync(join(root, place.replace('*/port.ts', ''))))).toEqual([]);
});
