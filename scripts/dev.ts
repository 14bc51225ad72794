import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { environmentWith, readEnvironment } from '../config/environment.ts';
import { serverNames } from '../config/server-addresses.ts';
import { parseSettings } from '../config/settings.ts';
import { givenSettings } from '../stack/given-settings.ts';
import { progressPrinter } from '../stack/progress-printer.ts';
import { startStack } from '../stack/stack.ts';
import { prepare } from './demo/prepare.ts';
import { createPrinter } from './demo/printer.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** Folders whose code a worker runs. */
const watched = ['activities', 'config', 'dag', 'pipeline', 'workers', 'workflows'];
/** Milliseconds of quiet before a change counts as done: editors and `git checkout` write many files at once. */
const quiet = 200;

/**
 * Brings up stack and worker and keeps them until Ctrl-C. When a watched file changes, it builds and starts the worker
 * anew; runs go on where they were. A build that fails leaves the old worker and says why.
 */
export async function runDev(): Promise<void> {
  const [, entry = '.'] = process.argv;
  const root = dirname(dirname(resolve(entry)));
  const stateDir = resolve(readEnvironment()['TW_STATE_DIR'] ?? '.tradewind');
  const printer = createPrinter(process.stdout);
  const changes = watchFolders(root);
  await using stack = await startStack({ stateDir, tether: true, onProgress: progressPrinter(process.stdout) });
  const environment = environmentWith({ ...stack.settings, TW_STATE_DIR: stateDir });
  const settings = parseSettings({ ...givenSettings(), ...environment }, serverNames);
  await prepare(settings, {}, printer);
  mkdirSync(join(stateDir, 'logs'), { recursive: true });

  let worker: WorkerProcess | undefined;
  try {
    while (!changes.stopped()) {
      worker ??= await startWorkerProcess({ environment, logPath: join(stateDir, 'logs', 'worker.log') });
      printer.line(
        `worker ${worker.pid} polls; ${settings.temporal.uiUrl ?? 'no Temporal UI is known'}. Ctrl-C ends it all.`,
      );
      const changed = await changes.next();
      if (changed === undefined) break;
      printer.heading(`${changed} changed`);
      if (await build(root)) {
        await worker.stop();
        worker = undefined;
      }
    }
  } finally {
    changes.close();
    await worker?.stop();
  }
}

interface Changes {
  /** The next file that changed, once it is quiet; `undefined` after Ctrl-C. */
  next(): Promise<string | undefined>;
  stopped(): boolean;
  close(): void;
}

function watchFolders(root: string): Changes {
  let stopped = false;
  let pending: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let tell: ((file: string | undefined) => void) | undefined;
  const flush = (): void => {
    if (tell === undefined || (pending === undefined && !stopped)) return;
    tell(stopped ? undefined : pending);
    pending = undefined;
    tell = undefined;
  };
  const stop = (): void => {
    stopped = true;
    flush();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const watchers = watched
    .filter((folder) => existsSync(join(root, folder)))
    .map((folder) =>
      watch(join(root, folder), { recursive: true }, (_, name) => {
        if (name === null || !name.endsWith('.ts')) return;
        pending = join(folder, name);
        clearTimeout(timer);
        timer = setTimeout(flush, quiet);
      }),
    );
  return {
    next: () =>
      new Promise((resolveNext) => {
        tell = resolveNext;
        flush();
      }),
    stopped: () => stopped,
    close: () => {
      clearTimeout(timer);
      process.off('SIGINT', stop).off('SIGTERM', stop);
      for (const watcher of watchers) watcher.close();
    },
  };
}

async function build(root: string): Promise<boolean> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  await once(child, 'exit');
  return child.exitCode === 0;
}
