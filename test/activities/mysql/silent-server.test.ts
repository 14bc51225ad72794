import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { MysqlSettings } from '../../../activities/mysql/mysql-settings.ts';
import { createSourceDatabase } from '../../../activities/mysql/source-database.ts';
import { testSettings } from '../../support/stack.ts';

const signal = new AbortController().signal;

/** The real server, but it lets anybody in and never answers a SELECT, as one does whose disk hangs. */
async function silentServer(): Promise<{
  readonly settings: MysqlSettings;
  readonly asked: () => number;
  readonly close: () => void;
}> {
  const { mysql } = testSettings();
  let asked = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(mysql.port, mysql.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (bytes: Buffer) => {
      if (bytes.includes('SELECT')) asked += 1;
      else upstream.write(bytes);
    });
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    settings: { ...mysql, database: 'information_schema', host: '127.0.0.1', port },
    asked: () => asked,
    close,
  };
}

test('a database that takes connections and never answers is a time-out, also for a read that waits for a free connection', async () => {
  const server = await silentServer();
  const database = createSourceDatabase(server.settings, { answerMs: 2_000, againMs: 0 });
  try {
    const reads = Array.from({ length: 8 }, () => database.lastOffset(signal));
    const ends = await Promise.allSettled(reads);
    const timeout = { status: 'rejected', reason: expect.objectContaining({ code: 'timeout', canRetry: true }) };
    expect(ends).toEqual(reads.map(() => timeout));
    // Six connections is what the pool has: the others never got one.
    expect(server.asked()).toBe(6);
  } finally {
    await database.close();
    server.close();
  }
});

test('a read that waits for a free connection ends when it is cancelled', async () => {
  const server = await silentServer();
  const database = createSourceDatabase(server.settings, { answerMs: 2_000, againMs: 0 });
  const stop = new AbortController();
  try {
    let ended = 0;
    const others = Array.from({ length: 6 }, () => database.lastOffset(signal).catch(() => ended++));
    const waiting = database.lastOffset(stop.signal);
    setTimeout(() => stop.abort(new Error('cancelled')), 100);
    await expect(waiting).rejects.toThrow('cancelled');
    // Before any of those had to give up whose connections it waited for.
    expect(ended).toBe(0);
    await Promise.all(others);
  } finally {
    await database.close();
    server.close();
  }
});
