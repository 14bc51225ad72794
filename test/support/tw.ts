import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { environmentWith } from '../../config/environment.ts';

/** How a command ended, and what it said. */
export interface CommandEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built `tw` as a process of its own, with these variables over the environment. */
export async function tw(variables: Readonly<Record<string, string>>, args: readonly string[]): Promise<CommandEnd> {
  const child = spawn(process.execPath, [join(__dirname, '../../dist/scripts/main.js'), ...args], {
    env: environmentWith(variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (said.out += String(chunk)));
  child.stderr.on('data', (chunk) => (said.err += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}
