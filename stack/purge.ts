import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../config/environment.ts';
import { downloadMark } from './fetch/cache.ts';
import { folderSize } from './fetch/folder-size.ts';
import { isHeld } from './lock.ts';
import { StackError } from './stack-error.ts';
import { stopStack } from './stack.ts';
import { stateFile } from './state.ts';
import { stackStatus } from './status.ts';

/** What a purge removes. */
export interface PurgeOptions {
  readonly stateDir: string;
  /** The downloads too. */
  readonly cache: boolean;
  readonly cacheDir?: string;
}

/** Something on disk that a purge frees. */
export interface Purgeable {
  readonly path: string;
  readonly what: string;
  readonly bytes: number;
}

/**
 * What is on disk: the folder of the state with its stack's data, and, if asked for, the downloads that all checkouts of
 * this user share. Only what a stack has made is in the list: a mistaken TW_STATE_DIR or TW_CACHE_DIR costs nobody a folder.
 */
export function purgeable(options: PurgeOptions): readonly Purgeable[] {
  const state = resolve(options.stateDir);
  const own = isState(state) ? [state] : foldersOf(state).filter(isState);
  const downloads = options.cache ? foldersOf(cacheFolder(options.cacheDir)).filter(isDownload) : [];
  return [
    ...own.map((path) => ({ path, what: 'data, logs and settings of this checkout', bytes: folderSize(path) })),
    ...downloads.map((path) => ({ path, what: 'download, shared by all checkouts', bytes: folderSize(path) })),
  ];
}

/**
 * Stops the servers of the state and removes what {@link purgeable} lists. Throws StackError when others use a part of it.
 * Returns the bytes that were freed.
 */
export async function purge(options: PurgeOptions): Promise<number> {
  const rows = purgeable(options);
  await stopStack(options.stateDir);
  const states = rows.flatMap(({ path }) => [path, ...foldersOf(path)]).filter(isState);
  const busy = states.find((path) => stackStatus(path).some(({ state }) => state === 'running'));
  if (busy !== undefined) throw new StackError(`servers run from ${busy}: end what started them first`);
  for (const { path } of rows) rmSync(path, { recursive: true, force: true });
  if (options.cache) removeLocks(cacheFolder(options.cacheDir));
  return rows.reduce((total, { bytes }) => total + bytes, 0);
}

/** Lock files of processes that were killed while they fetched. */
function removeLocks(folder: string): void {
  if (!existsSync(folder)) return;
  const locks = readdirSync(folder).filter((name) => /\.lock(\.takeover)?$/.test(name));
  for (const path of locks.map((name) => join(folder, name))) if (!isHeld(path)) rmSync(path, { force: true });
}

function foldersOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
}

function isState(folder: string): boolean {
  return existsSync(join(folder, stateFile));
}

function isDownload(folder: string): boolean {
  return existsSync(join(folder, downloadMark));
}
