import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../shared/adapter-error.ts';
import { diskFull, isDiskFull } from '../shared/disk-full.ts';
import { startChild } from './child-process.ts';
import type { SqlEngine } from './port.ts';

/** What DuckDB may use of the machine, and where. */
export interface DuckDbOptions {
  /** Memory limit, for example `1GB`; the process takes about 150 MB more than that. */
  readonly memory: string;
  readonly threads: number;
  /** Folder that sessions get their private folders in; by default the system's temporary folder. */
  readonly workDir: string | undefined;
  /** Compiled `activities/duckdb/child.js`: the process entry. */
  readonly childPath: string;
}

const hour = 3_600_000;

/** How long work may take to notice that its session is over. */
const stopGraceMs = 10_000;

/** Makes a {@link SqlEngine} whose sessions are DuckDB processes. */
export function createDuckDb({ memory, threads, workDir, childPath }: DuckDbOptions): SqlEngine {
  return {
    async use({ signal, timeLimitMs = hour }, work) {
      const parent = resolve(workDir ?? tmpdir());
      const folder = await makeFolder(parent);
      try {
        const child = await startChild({ folder, memory, threads, childPath, signal, timeLimitMs });
        const { run, rows } = child;
        const done = (async () => work({ folder, signal: child.signal, run, rows }))();
        try {
          return await Promise.race([done, child.failed]);
        } finally {
          await child.stop();
          await settled(done);
        }
      } catch (error) {
        throw isDiskFull(error) ? diskFull('duckdb', error) : error;
      } finally {
        // How the work ended is the news; a folder that cannot be removed must not take its place.
        await rm(folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined);
      }
    },
  };
}

/** Waits for work that still writes to the folder, since a folder that is written to cannot be removed. */
async function settled(work: Promise<unknown>): Promise<void> {
  const given = new AbortController();
  const late = sleep(stopGraceMs, undefined, { signal: given.signal });
  await Promise.allSettled([Promise.race([work, late])]);
  given.abort();
  await late.catch(() => undefined);
}

async function makeFolder(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    return await mkdtemp(join(parent, 'tradewind-'));
  } catch (cause) {
    throw new AdapterError(`no folder for DuckDB can be made in ${parent}: see TW_WORK_DIR`, {
      system: 'duckdb',
      code: 'unavailable',
      cause,
    });
  }
}
