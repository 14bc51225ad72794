import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { sharedStack } from './shared-stack.ts';

/** An empty state folder for a stack of a test's own; removed with the shared one. */
export function ownStateDir(): string {
  return mkdtempSync(join(sharedStack().stateDir, 'own-'));
}

/** Waits until something holds; throws with the sentence when it does not within `ms`. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
