import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Folder of the compiled sources, found from the program that this process runs: `<checkout>/scripts/tw.mjs` or `dist/scripts/main.js`. */
export function buildFolder(program: string = process.argv[1] ?? ''): string {
  const folder = dirname(dirname(realpathSync(program)));
  return basename(folder) === 'dist' ? folder : join(folder, 'dist');
}
