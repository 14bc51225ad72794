import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '../../stack/stack.ts';
import { fetchTestServer } from '../../stack/temporal-test-server.ts';
import { isPidRunning, keepForTeardown, shareStack } from './shared-stack.ts';

const root = join(__dirname, '..', '..');

/**
 * Before the first file that needs servers: a build that is not older than the sources (processes of ours are started from
 * it), and one stack for all files, on the tether of this process, in a folder of its own.
 */
// oxlint-disable-next-line import/no-default-export -- Jest asks for it
export default async function globalSetup(): Promise<void> {
  buildWhenStale();
  const states = join(root, '.tradewind');
  mkdirSync(states, { recursive: true, mode: 0o700 });
  removeLeftovers(states);
  const stateDir = join(states, `test-${process.pid}`);
  const begun = performance.now();
  const [stack, testServer] = await Promise.all([
    // Whatever the shell's settings point at, tests write to servers of their own only.
    startStack({ stateDir, tether: true, given: {} }),
    fetchTestServer(),
  ]);
  process.stderr.write(`test stack up in ${Math.round(performance.now() - begun)} ms\n`);
  shareStack({ settings: stack.settings, stateDir, testServer });
  keepForTeardown({ stack, stateDir });
}

function buildWhenStale(): void {
  if (process.env['TW_TEST_NO_BUILD']) return;
  const build = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-stale'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (build.status !== 0)
    throw new Error('the build failed, its errors are above; TW_TEST_NO_BUILD=1 tests without building');
}

/** Folders of test runs that were killed; their servers died with them. */
function removeLeftovers(states: string): void {
  for (const name of readdirSync(states)) {
    const pid = /^test-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isPidRunning(Number(pid))) rmSync(join(states, name), { recursive: true, force: true });
  }
}
