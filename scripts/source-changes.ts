import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from './failure.ts';

/** Folders whose code a worker runs. */
const watched = ['activities', 'config', 'dag', 'pipeline', 'workers', 'workflows'];
/** Milliseconds of quiet before a change counts as done: editors and `git checkout` write many files at once. */
const quiet = 200;

/** Changes of the sources, one after the other. */
export interface SourceChanges {
  /** The next file that changed, from the checkout, once it is quiet; `undefined` when there is nothing to wait for any more. */
  next(): Promise<string | undefined>;
  /** Ends the watching; `next` gives `undefined` from now on. */
  close(): void;
}

/** Watches the sources of a checkout. Throws CommandError when they are not all there: changes would go unnoticed. */
export function watchSources(root: string): SourceChanges {
  const missing = watched.filter((folder) => !existsSync(join(root, folder)));
  if (missing.length > 0) {
    throw new CommandError(`${root} has no ${missing.join(', ')} to watch: run this from a checkout`);
  }
  let closed = false;
  let pending: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let tell: ((file: string | undefined) => void) | undefined;
  const flush = (): void => {
    if (tell === undefined || (pending === undefined && !closed)) return;
    tell(closed ? undefined : pending);
    pending = undefined;
    tell = undefined;
  };
  const watchers = watched.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_, name) => {
      if (name === null || !name.endsWith('.ts')) return;
      pending = join(folder, name);
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
