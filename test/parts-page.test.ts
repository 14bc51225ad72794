import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const page = readFileSync(join(root, 'docs', 'parts.md'), 'utf8');

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Names of what a package of ours needs. */
function librariesOf(path: string): readonly string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(root, path), 'utf8')) as Package;
  return Object.keys({ ...dependencies, ...devDependencies });
}

const installed = [...new Set(['package.json', 'typedoc/package.json'].flatMap(librariesOf))];

/** Rows of the table of libraries: the names of the first column, a star at the end for any that begin so, and the words. */
const rows = [...page.slice(page.indexOf('## Libraries')).matchAll(/^\| (`.*`) \| (.*) \|$/gm)].map(
  ([, names = '', words = '']) => ({ names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name), words }),
);
const named = rows.flatMap(({ names }) => names);

function fits(name: string, library: string): boolean {
  return name.endsWith('*') ? library.startsWith(name.slice(0, -1)) : library === name;
}

test('docs/parts.md names every library that is installed', () => {
  expect(installed.filter((library) => !named.some((name) => fits(name, library)))).toEqual([]);
});

test('docs/parts.md names no library that is not installed', () => {
  expect(named.filter((name) => !installed.some((library) => fits(name, library)))).toEqual([]);
});

test('docs/parts.md says which libraries nothing uses yet', () => {
  const { ignoreDependencies } = JSON.parse(readFileSync(join(root, 'knip.json'), 'utf8')) as {
    readonly ignoreDependencies: readonly string[];
  };
  const unused = rows.filter(({ words }) => words.includes('nothing uses it yet')).flatMap(({ names }) => names);
  expect(new Set(unused)).toEqual(new Set(ignoreDependencies));
});
