import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Renewal } from '../activities/steps/control-contract.ts';
import { loadSettings } from '../config/environment.ts';
import { serverNames } from '../config/server-addresses.ts';
import { bundleFiles, bundleWorkflows, controlEntry } from './bundle.ts';
import { compose } from './composition.ts';
import type { RequiredAttribute } from './namespace-check.ts';
import { runWorkerProcess } from './process.ts';
import type { WorkerRole } from './roles.ts';

/** Folder of the build, or of the checkout when sources run as they are. */
const folder = dirname(import.meta.dirname);
const build = basename(folder) === 'dist' ? folder : join(folder, 'dist');

/** What the command line tells a worker. */
export interface WorkerStart {
  readonly roles: readonly WorkerRole[];
  readonly queues: readonly (string | null)[];
  readonly searchAttributes: readonly RequiredAttribute[];
  /** Names further moments to the Schedules of an installation (the stem of its task queues) that need it. */
  readonly renewSchedules: (client: Client, taskQueue: string) => Promise<Renewal>;
}

/**
 * Runs a worker in this process until SIGTERM, SIGINT or the death of the process that forked it, then ends the process.
 * Exit codes: 0 drained, 1 a fatal error, 78 settings or set-up are wrong (do not start again).
 * Throws SettingsError before anything is started.
 */
export async function workerMain({ roles, queues, searchAttributes, renewSchedules }: WorkerStart): Promise<never> {
  const settings = loadSettings(serverNames);
  const stop = new AbortController();
  const drain = (): void => stop.abort();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, drain);
  if (process.connected) {
    // Whoever forked this worker wants it to end with itself, however that ends, unless it lets it go.
    process.once('disconnect', drain);
    process.on('message', (message) => {
      if (message === 'release') process.off('disconnect', drain);
    });
  }
  const code = await runWorkerProcess({
    settings,
    roles,
    queues,
    searchAttributes,
    compose: (log, client) =>
      compose({
        settings,
        log,
        client,
        duckDbChild: join(build, 'activities/duckdb/child.js'),
        renewSchedules: () => renewSchedules(client, settings.taskQueue),
      }),
    bundles: async () => ({
      runs: builtBundle('runs') ?? (await bundleWorkflows({ folder })),
      control: builtBundle('control') ?? (await bundleWorkflows({ folder, entry: controlEntry })),
    }),
    onReady: () => process.send?.('ready'),
    stop: stop.signal,
  });
  // By hand: after a fatal error the SDK may keep the process alive, doing nothing.
  process.exit(code);
}

/** A bundle of the build; `undefined` where sources run as they are. */
function builtBundle(of: keyof typeof bundleFiles): { readonly codePath: string } | undefined {
  const codePath = join(build, bundleFiles[of]);
  return folder === build && existsSync(codePath) ? { codePath } : undefined;
}
