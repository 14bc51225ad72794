import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The program that this process runs: `<checkout>/scripts/tw.mjs`, which `npx` reaches through a link, or `dist/scripts/main.js`. */
function thisProgram(): string {
  return process.argv[1] ?? '';
}

/** Folder of the compiled sources, found from the program that runs. */
export function buildFolder(program: string = thisProgram()): string {
  const folder = dirname(dirname(realpathSync(program)));
  return basename(folder) === 'dist' ? folder : join(folder, 'dist');
}

/** Folder of the checkout, found from the program that runs. */
export function checkoutFolder(program?: string): string {
  return dirname(buildFolder(program));
}
