import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from './failure.ts';

/** Folders whose code a worker runs. */
const ofWorkers = ['activities', 'config', 'dag', 'pipeline', 'workers', 'workflows'];
/** The folder of the notebooks. */
const ofNotebooks = 'notebooks';
/** Milliseconds of quiet before a change counts as done: editors and `git checkout` write many files at once. */
const quiet = 200;

/** What has changed: files, by their paths in the checkout. */
export interface ChangedSources {
  /** What a worker runs. */
  readonly code: readonly string[];
  readonly notebooks: readonly string[];
}

/** Changes of the sources, one after the other. */
export interface SourceChanges {
  /** The files that changed next, once it is quiet; `undefined` when there is nothing to wait for any more. */
  next(): Promise<ChangedSources | undefined>;
  /** Ends the watching; `next` gives `undefined` from now on. */
  close(): void;
}

/** Watches the sources of a checkout. Throws CommandError when they are not all there: changes would go unnoticed. */
export function watchSources(root: string): SourceChanges {
  const watched = [...ofWorkers, ofNotebooks];
  const missing = watched.filter((folder) => !existsSync(join(root, folder)));
  if (missing.length > 0) {
    throw new CommandError(`${root} has no ${missing.join(', ')} to watch: run this from a checkout`);
  }
  let closed = false;
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let tell: ((changed: ChangedSources | undefined) => void) | undefined;
  const flush = (): void => {
    if (tell === undefined || (pending.size === 0 && !closed)) return;
    const files = [...pending];
    const isNotebook = (file: string): boolean => file.endsWith('.py');
    tell(
      closed
        ? undefined
        : { code: files.filter((file) => !isNotebook(file)), notebooks: files.filter((file) => isNotebook(file)) },
    );
    pending.clear();
    tell = undefined;
  };
  const watchers = watched.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_, name) => {
      if (name === null || !name.endsWith(folder === ofNotebooks ? '.py' : '.ts')) return;
      pending.add(join(folder, name));
      clearTimeout(timer);
      timer = setTimeout(flush, quiet);
    }),
  );
  return {
    next: () =>
      new Promise((resolve) => {
        tell = resolve;
        flush();
      }),
    close: () => {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      flush();
    },
  };
}
