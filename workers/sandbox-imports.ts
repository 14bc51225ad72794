import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { SourceError } from './source-error.ts';

/** What Temporal has put into its sandbox. */
const inSandbox = ['assert', 'url', 'util'];

/**
 * Throws SourceError, with the way that leads there, when a compiled module imports one of Node, by whatever modules of ours. Webpack
 * says the same, in a hundred lines of its own. Libraries are left to it.
 */
export function checkSandboxImports(folder: string, entry: string): void {
  const seen = new Set<string>();
  const ways: (readonly string[])[] = [[join(folder, entry)]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const file = way.at(-1) ?? '';
    if (seen.has(file)) continue;
    seen.add(file);
    for (const name of importsOf(readFileSync(file, 'utf8'))) {
      if (name.startsWith('.')) ways.push([...way, join(dirname(file), name)]);
      else if (isBuiltin(name) && !inSandbox.includes(name)) throw new SourceError(sentence(folder, way, name));
    }
  }
}

/** As the compiler writes them: at the start of a line, which no comment's text is. */
function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/^(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm)].map(
    ([, name]) => name ?? '',
  );
}

function sentence(folder: string, way: readonly string[], builtin: string): string {
  const files = way.map((file) => relative(folder, file).replace(/\.js$/, '.ts'));
  // The index names every DAG: nobody looks for the import there.
  const named = files.length > 1 ? files.slice(1) : files;
  const outside = named.findIndex((file) => file.startsWith('activities/'));
  const hint =
    outside > 0
      ? `take types alone from ${named[outside]} (import type), and call its activity`
      : 'what needs Node is an activity, which a task calls (README, Add a DAG)';
  return `${named.join(' imports ')} imports ${builtin}: a DAG's code runs in Temporal's sandbox, which has nothing of Node; ${hint}`;
}
