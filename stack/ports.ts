import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether nobody listens on this port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  return (await probe(port)) !== undefined;
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
    const port = await probe(0);
    if (port !== undefined && !taken.includes(port)) return port;
  }
}

/** Listens for a moment; the port's number, or `undefined` when it is taken. */
async function probe(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
