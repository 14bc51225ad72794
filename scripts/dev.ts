import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { environmentWith, readEnvironment } from '../config/environment.ts';
import { serverNames } from '../config/server-addresses.ts';
import { parseSettings } from '../config/settings.ts';
import { givenSettings } from '../stack/given-settings.ts';
import { usualPartNames } from '../stack/part-name.ts';
import { progressPrinter } from '../stack/progress-printer.ts';
import { startStack, stopCompanions } from '../stack/stack.ts';
import { checkoutFolder } from './build-folder.ts';
import { deployToWorkspace } from './demo/deploy-to-workspace.ts';
import { prepare } from './demo/prepare.ts';
import { createPrinter } from './demo/printer.ts';
import { keepWorker } from './kept-worker.ts';
import { watchSources } from './source-changes.ts';
import { startWorkerProcess } from './worker-process.ts';

/** What `tw dev` is asked for. */
export interface DevOptions {
  /** Also databricks-local, with the notebooks of the checkout as they are now. */
  readonly databricks?: true;
}

/**
 * Brings up stack and worker and keeps them until Ctrl-C. When a watched file changes, it builds and starts the worker
 * anew; runs go on where they were. A build that fails leaves the old worker and says why, and a worker that ends by itself is
 * followed by another.
 */
export async function runDev({ databricks }: DevOptions): Promise<void> {
  const root = checkoutFolder();
  const stateDir = resolve(readEnvironment()['TW_STATE_DIR'] ?? '.tradewind');
  const printer = createPrinter(process.stdout);
  const changes = watchSources(root);
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
    changes.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await using stack = await startStack({
      stateDir,
      parts: databricks ? [...usualPartNames, 'databricks'] : usualPartNames,
      checkout: root,
      tether: true,
      onProgress: progressPrinter(process.stdout),
      stop: stopping.signal,
    }).catch((error: unknown) => {
      // By hand: a tool that fetches would keep this process until it is done.
      if (stopping.signal.aborted) process.exit(130);
      throw error;
    });
    const environment = environmentWith({ ...stack.settings, TW_STATE_DIR: stateDir });
    const settings = parseSettings({ ...givenSettings(), ...environment }, serverNames);
    if (databricks) await deployToWorkspace(settings, printer);
    // One of before would go on with the code of before, and take half of the work.
    for (const name of await stopCompanions(stateDir)) printer.line(`stopped the ${name} that tw demo --keep left`);
    await prepare(settings, {}, printer);
    const logPath = join(stateDir, 'logs', 'worker.log');
    mkdirSync(dirname(logPath), { recursive: true });
    printer.line(
      `Temporal UI: ${settings.temporal.uiUrl ?? 'not known'}; the worker's log: ${logPath}; Ctrl-C ends it all`,
    );
    await keepWorker({
      changes,
      start: () => startWorkerProcess({ environment, logPath }),
      build: () => build(root),
      ...(databricks && { deploy: () => deployToWorkspace(settings, printer) }),
      printer,
    });
  } finally {
    changes.close();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function build(root: string): Promise<boolean> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  await once(child, 'exit');
  return child.exitCode === 0;
}
