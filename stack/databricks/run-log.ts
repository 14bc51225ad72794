import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A file of JSON lines that is only added to. Lines that were handed over together share one wait for the disk, so that ten
 * thousand of them do not wait ten thousand times.
 */
export interface RunLog {
  /** Takes a line; it is on disk when the next {@link RunLog.flushed} resolves. */
  readonly append: (line: unknown) => void;
  /** Resolves when every line so far is on disk. Rejects, then and for ever, when the disk does not take them. */
  readonly flushed: () => Promise<void>;
  /** Writes what is left and closes. */
  readonly close: () => Promise<void>;
}

/**
 * The lines of a log, oldest first. A last line without its end was being written when the process was killed, and was
 * promised to nobody: it does not count. Throws on any other line that is not JSON: a damaged log is for people to look at.
 */
export function readLog(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop();
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (error) {
      throw new Error(`line ${index + 1} of ${path} is damaged: move the file away to begin without its runs`, {
        cause: error,
      });
    }
  });
}

/** Writes a log anew, all of it or nothing, and opens it for more lines. */
export async function openLog(path: string, lines: Iterable<unknown>): Promise<RunLog> {
  const draft = `${path}.draft`;
  rmSync(draft, { force: true });
  const written = openSync(draft, 'w', 0o600);
  for (const line of lines) writeSync(written, `${JSON.stringify(line)}\n`);
  fsyncSync(written);
  closeSync(written);
  renameSync(draft, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);

  const file = await open(path, 'a');
  let waiting: string[] = [];
  let turn: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const batch = waiting.join('');
    waiting = [];
    next = undefined;
    if (batch === '') return;
    await file.appendFile(batch);
    await file.datasync();
  };
  // Whoever comes while a batch is being written is in the next one.
  const flushed = (): Promise<void> => {
    if (waiting.length === 0) return turn;
    if (next === undefined) {
      next = turn.then(write);
      turn = next;
      turn.catch(() => undefined);
    }
    return next;
  };
  return {
    append: (line) => {
      waiting.push(`${JSON.stringify(line)}\n`);
    },
    flushed,
    close: async () => {
      try {
        await flushed();
      } finally {
        await file.close();
      }
    },
  };
}
