import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sharedStack } from './shared-stack.ts';

/** An empty state folder for a stack of a test's own; removed with the shared one. */
export function ownStateDir(): string {
  return mkdtempSync(join(sharedStack().stateDir, 'own-'));
}

/**
 * Waits until something holds; throws with the sentence when it does not within `ms`. A look that fails does not hold yet: on a busy machine
 * a question may go unanswered once.
 */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const deadline = Date.now() + ms;
  for (;;) {
    let trouble: unknown;
    try {
      if (await holds()) return;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`, { cause: trouble });
    await delay(50);
  }
}
