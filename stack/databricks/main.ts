/** The process of databricks-local: one server on one folder, until SIGTERM. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';
import { withLock } from '../lock.ts';
import { makeEngine } from './make-engine.ts';
import { parseServerSettings } from './server-settings.ts';
import { startDatabricksLocal } from './server.ts';

const settings = parseServerSettings(inheritedEnvironment());
const folder = settings.DATABRICKS_LOCAL_FOLDER;
mkdirSync(folder, { recursive: true, mode: 0o700 });

const stopping = new Promise<void>((resolve) => {
  process.once('SIGTERM', resolve).once('SIGINT', resolve);
});

// Two servers on one log would tear it.
await withLock(
  join(folder, 'server.lock'),
  async () => {
    const server = await startDatabricksLocal({
      folder,
      port: settings.DATABRICKS_LOCAL_PORT,
      token: settings.DATABRICKS_LOCAL_TOKEN,
      clientId: settings.DATABRICKS_LOCAL_CLIENT_ID,
      clientSecret: settings.DATABRICKS_LOCAL_CLIENT_SECRET,
      tokenSeconds: settings.DATABRICKS_LOCAL_TOKEN_SECONDS,
      clusterId: settings.DATABRICKS_LOCAL_CLUSTER_ID,
      userName: settings.DATABRICKS_LOCAL_USER,
      concurrentNotebooks: settings.DATABRICKS_LOCAL_NOTEBOOKS,
      makeEngine: (host) => makeEngine(settings, host),
      onBroken: (error) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    });
    process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
    await stopping;
    await server.close();
  },
  { waitMs: 30_000 },
);
process.exit(0);
