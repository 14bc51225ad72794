// Builds of a checkout take turns: tw dev builds when a file is saved, and so does whatever verb is said at that moment.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits for the lock file, and holds it until this process ends; the lock of a process that has died is taken over. */
export async function holdLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  while (!take(path)) {
    const holder = holderOf(path);
    if (holder !== undefined && !isRunning(holder)) rmSync(path, { force: true });
    else await delay(50);
  }
  process.on('exit', () => rmSync(path, { force: true }));
}

/** A lock file appears complete or not at all, so that nobody reads half a holder. */
function take(path) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function holderOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
