import { randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createAccessTokens } from './access-tokens.ts';
import { openClusters } from './clusters.ts';
import { openDbfs } from './dbfs.ts';
import type { NotebookEngine, NotebookHost } from './engine.ts';
import { createFaults } from './faults.ts';
import { createHttpServer } from './http-server.ts';
import type { LocalWorkspace } from './local-workspace.ts';
import { createRunBook, type RunBook } from './run-book.ts';
import { createRunKeeper } from './run-keeper.ts';
import { openLog, readLog } from './run-log.ts';
import type { BookEvent } from './run-model.ts';
import { bookEvent, snapshotOf } from './book-state.ts';
import { openSecrets } from './secrets.ts';
import { openWorkspace } from './workspace.ts';

/** How a server is started. */
export interface DatabricksLocalOptions {
  /** Folder of everything: runs, workspace, DBFS, secrets. Nobody else may use it at the same time. */
  readonly folder: string;
  /** 127.0.0.1 port; 0: any. */
  readonly port: number;
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Seconds that a token of a service principal is good for; default: an hour, as on Databricks. */
  readonly tokenSeconds?: number | undefined;
  readonly clusterId: string;
  readonly userName: string;
  /** Notebooks that run at once; others wait. */
  readonly concurrentNotebooks: number;
  readonly makeEngine: (host: NotebookHost) => NotebookEngine;
  /** Called when the state's disk does not take what has to be on it; nothing is answered from then on. */
  readonly onBroken: (error: unknown) => void;
}

/** A server that listens. */
export interface DatabricksLocal {
  readonly url: string;
  /** Stops it in order: what runs ends as a lost driver's, as it would on Databricks, and is on disk. */
  readonly close: () => Promise<void>;
}

/** Days after which the service forgets a run that has ended. */
const keptDays = 60;

/**
 * Starts databricks-local. Runs that were going on when the last server of this folder ended, are ended as a lost driver's;
 * those that waited, go on.
 */
export async function startDatabricksLocal(options: DatabricksLocalOptions): Promise<DatabricksLocal> {
  const { folder, userName, clusterId } = options;
  const now = Date.now;
  const logFolder = join(folder, 'runs');
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const workspace = openWorkspace(folder, userName);
  const secrets = openSecrets(folder);
  const engine = options.makeEngine({
    findNotebook: async (path) => workspace.findNotebook(path),
    secret: async (scope, key) => secrets.find(scope, key),
    secretKeys: async () =>
      Object.fromEntries(secrets.scopes().map((scope) => [scope, secrets.list(scope).map(({ key }) => key)])),
  });

  const path = join(folder, 'runs.ndjson');
  const early: BookEvent[] = [];
  let record = (event: BookEvent): void => void early.push(event);
  const book = createRunBook({
    // Fifteen digits, as the service's; and a state begun anew does not take the ids of the one before it for its own.
    firstId: 100_000_000_000_000 + randomInt(2 ** 46),
    events: readLog(path).map(bookEvent),
    record: (event) => record(event),
    now: now(),
  });
  const log = await openLog(path, snapshotOf(book.state, now() - keptDays * 86_400_000));
  record = log.append;
  removeOldLogs(logFolder, book);
  const flushed = async (): Promise<void> => {
    try {
      await log.flushed();
    } catch (error) {
      options.onBroken(error);
      throw error;
    }
  };

  const clusters = openClusters({ folder, clusterId, userName, engine });
  const faults = createFaults();
  const keeper = createRunKeeper({
    book,
    engine,
    flushed,
    findNotebook: async (notebook) => workspace.findNotebook(notebook),
    clusterLibraries: clusters.libraries,
    defaultClusterId: clusterId,
    userName,
    logFolder,
    limit: options.concurrentNotebooks,
    takeEnd: faults.takeEnd,
    now,
  });
  const local: LocalWorkspace = {
    book,
    keeper,
    workspace,
    dbfs: openDbfs(folder),
    secrets,
    clusters,
    tokens: createAccessTokens({ ...options, tokenSeconds: options.tokenSeconds ?? 3_600, now }),
    faults,
    userName,
    now,
  };
  await flushed();
  const app = await createHttpServer(local, flushed);
  await app.listen({ host: '127.0.0.1', port: options.port });
  keeper.pump();
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await app.close();
      await keeper.close();
      await log.close();
    },
  };
}

/** Removes the cells of runs that were deleted or forgotten. */
function removeOldLogs(folder: string, { find }: RunBook): void {
  for (const name of readdirSync(folder)) {
    const id = /^(\d+)\.ndjson$/.exec(name)?.[1];
    if (id !== undefined && find(Number(id)) === undefined) rmSync(join(folder, name), { force: true });
  }
}
