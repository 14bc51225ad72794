import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from './errno.ts';
import { identify, isRunning, processIdentitySchema, type ProcessIdentity } from './process-identity.ts';
import { StackError } from './stack-error.ts';

/** How long a lock is waited for. */
export interface LockOptions {
  /** Milliseconds. */
  readonly waitMs?: number;
  /** Called once, when another process holds the lock. */
  readonly onWait?: (holder: number) => void;
  /** Gives up waiting when it aborts. */
  readonly stop?: AbortSignal;
}

/**
 * Holds a lock file while `work` runs. A lock whose holder has died is taken over at once. One process may not take the
 * same lock twice.
 */
export async function withLock<Result>(
  path: string,
  work: () => Promise<Result>,
  { waitMs = 600_000, onWait, stop }: LockOptions = {},
): Promise<Result> {
  const self = identify(process.pid);
  if (self === undefined) throw new StackError('the system does not tell when this process was started');
  const deadline = Date.now() + waitMs;
  let told = false;
  while (!take(path, self)) {
    const holder = holderOf(path);
    if (holder !== undefined && !isRunning(holder)) {
      removeStale(path, self);
      continue;
    }
    if (holder !== undefined && !told) {
      told = true;
      onWait?.(holder.pid);
    }
    if (stop?.aborted) throw new StackError(`stopped while process ${holder?.pid ?? '?'} held ${path}`);
    if (Date.now() > deadline) {
      throw new StackError(`process ${holder?.pid ?? '?'} holds ${path}: wait for it, or end it`);
    }
    await delay(50);
  }
  // Servers do not keep this process alive; the work that waits for one has to.
  const alive = setInterval(() => {}, 60_000);
  try {
    return await work();
  } finally {
    clearInterval(alive);
    rmSync(path, { force: true });
  }
}

/** A lock file appears complete or not at all, so that nobody reads half a holder. */
function take(path: string, self: ProcessIdentity): boolean {
  const draft = `${path}.${self.pid}.${draftNumber++}`;
  writeFileSync(draft, JSON.stringify(self));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

let draftNumber = 0;

/** Whether a lock file belongs to a process that runs; what a killed process left belongs to nobody. */
export function isHeld(path: string): boolean {
  const holder = holderOf(path);
  return holder !== undefined && isRunning(holder);
}

function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return processIdentitySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Removes a dead holder's lock. Two waiters may see the same corpse: a second lock lets one of them look again and remove,
 * so that the slower one cannot remove the quicker one's fresh lock.
 */
function removeStale(path: string, self: ProcessIdentity): void {
  const guard = `${path}.takeover`;
  if (!take(guard, self)) {
    const age = statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
    if (age !== undefined && Date.now() - age > 10_000) rmSync(guard, { force: true });
    return;
  }
  try {
    const holder = holderOf(path);
    if (holder !== undefined && !isRunning(holder)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}
