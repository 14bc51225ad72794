import { existsSync } from 'node:fs';
import type { Library } from './part.ts';

/**
 * What to install before a part is fetched, in words; `undefined` when every library that it is linked to is there. Without
 * them the fetched program would not start, after all of its download.
 */
export function missingLibraries(
  title: string,
  libraries: readonly Library[] = [],
  isThere: (path: string) => boolean = existsSync,
): string | undefined {
  const formulas = [...new Set(libraries.filter(({ path }) => !isThere(path)).map(({ formula }) => formula))];
  if (formulas.length === 0) return undefined;
  return `${title} needs libraries of Homebrew that are not in /opt/homebrew: \`brew install ${formulas.join(' ')}\``;
}
