import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { AdapterError } from '../shared/adapter-error.ts';
import { processFailure, statementFailure } from './failure.ts';
import type { ChildOptions, ChildReply, ChildRequest } from './messages.ts';
import type { SqlRow, SqlSession } from './port.ts';

/** A running database process. */
export interface SqlChild extends Pick<SqlSession, 'run' | 'rows'> {
  /** Aborts with the reason as soon as the process is lost. */
  readonly signal: AbortSignal;
  /** Rejects with that reason; never resolves. */
  readonly failed: Promise<never>;
  /** Kills the process and waits until it is gone. */
  stop(): Promise<void>;
}

/** How a database process is started and bounded. */
export interface SqlChildOptions extends ChildOptions {
  readonly childPath: string;
  readonly signal: AbortSignal;
  readonly timeLimitMs: number;
}

interface Waiting {
  readonly sql: string;
  readonly resolve: (rows: readonly SqlRow[]) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a database process and waits until it takes statements. */
export async function startChild(options: SqlChildOptions): Promise<SqlChild> {
  const { childPath, signal, timeLimitMs, folder, memory, threads } = options;
  signal.throwIfAborted();
  if (!existsSync(childPath)) {
    throw new AdapterError(`there is no ${childPath}: run npm run build`, { system: 'duckdb', code: 'not_found' });
  }
  const child = fork(childPath, [JSON.stringify({ folder, memory, threads } satisfies ChildOptions)], {
    env: {},
    execArgv: ['--max-old-space-size=512'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const waiting = new Map<number, Waiting>();
  let loss: Error | undefined;
  const lost = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    lost.signal.addEventListener('abort', () => reject(reasonOf(lost.signal)), { once: true });
  });
  failed.catch(() => {});

  const lose = (error: Error): void => {
    loss ??= error;
    for (const { reject } of waiting.values()) reject(loss);
    waiting.clear();
    lost.abort(loss);
    child.kill('SIGKILL');
  };
  const onAbort = (): void => lose(reasonOf(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    const words = `DuckDB took longer than ${Math.round(timeLimitMs / 1000)} s and was stopped`;
    lose(new AdapterError(words, { system: 'duckdb', code: 'timeout' }));
  }, timeLimitMs);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, killedBy) => {
      lose(processFailure(code, killedBy));
      resolve();
    });
    child.once('error', (cause) => {
      lose(new AdapterError('no DuckDB process can be started', { system: 'duckdb', code: 'unavailable', cause }));
      if (child.pid === undefined) resolve();
    });
  });
  child.on('message', (reply: ChildReply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.ok) asked?.resolve(reply.rows);
    else asked?.reject(statementFailure(reply.message, asked.sql));
  });

  const stop = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
    child.kill('SIGKILL');
    await gone;
  };
  const answer = (id: number, sql: string): Promise<readonly SqlRow[]> =>
    new Promise((resolve, reject) => {
      if (loss === undefined) waiting.set(id, { sql, resolve, reject });
      else reject(loss);
    });
  try {
    await answer(0, '');
  } catch (error) {
    await stop();
    throw error;
  }
  let id = 0;
  const ask = (request: Omit<ChildRequest, 'id'>): Promise<readonly SqlRow[]> => {
    id += 1;
    const answered = answer(id, request.sql);
    if (loss === undefined) post(child, { id, ...request }, lose);
    return answered;
  };
  return {
    signal: lost.signal,
    failed,
    stop,
    run: async (sql, values = []) => void (await ask({ sql, values, wantsRows: false })),
    rows: (sql, values = []) => ask({ sql, values, wantsRows: true }),
  };
}

function post(child: ChildProcess, request: ChildRequest, lose: (error: Error) => void): void {
  child.send(request, (cause) => {
    if (cause) lose(new AdapterError('the DuckDB process is gone', { system: 'duckdb', code: 'unavailable', cause }));
  });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('stopped', { cause: reason });
}
