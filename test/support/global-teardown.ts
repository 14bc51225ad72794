import { rmSync } from 'node:fs';
import { identify } from '../../stack/process-identity.ts';
import { takeForTeardown } from './shared-stack.ts';

/** After the last file: stops the stack, removes its folder, and fails the run when a server is left. */
// oxlint-disable-next-line import/no-default-export -- Jest asks for it
export default async function globalTeardown(): Promise<void> {
  const kept = takeForTeardown();
  if (kept === undefined) return;
  await kept.stack.stop();
  // A corpse that this process has not collected yet still takes signals, and is nothing that is left.
  const left = kept.stack.parts.filter(({ pid }) => pid !== undefined && identify(pid) !== undefined);
  if (left.length > 0) {
    throw new Error(
      `servers of the tests are still running: ${left.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`,
    );
  }
  rmSync(kept.stateDir, { recursive: true, force: true });
}
