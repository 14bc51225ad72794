import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether nobody listens on this port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A port for each purpose: the preferred ones where they are free, else any that is. */
export async function choosePorts(
  preferred: Readonly<Record<string, readonly number[]>>,
): Promise<Readonly<Record<string, number>>> {
  const chosen: Record<string, number> = {};
  for (const [purpose, candidates] of Object.entries(preferred)) {
    chosen[purpose] = await firstFree(candidates, Object.values(chosen));
  }
  return chosen;
}

async function firstFree(candidates: readonly number[], taken: readonly number[]): Promise<number> {
  for (const port of candidates) if (!taken.includes(port) && (await isFree(port))) return port;
  for (;;) {
    const port = randomInt(lowest, highest + 1);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

/**
 * Ports of our own choice lie below those that systems give to outgoing connections (from 32768 on Linux, 49152 on macOS):
 * one of these could be taken by anybody's connection while its server is down, and the server could not come back.
 */
const lowest = 15_000;
const highest = 32_000;
