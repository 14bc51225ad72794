import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readEnvironment } from '../../config/environment.ts';
import { stateFile } from '../../stack/state.ts';
import { stopStack } from '../../stack/stack.ts';
import { CommandError } from '../failure.ts';
import { postFiles } from './post-files.ts';

/** Where a demo keeps its servers' data, and whether it starts from nothing. */
export interface DemoState {
  readonly folder: string;
  readonly logs: string;
  /** What to put before a command so that it finds these servers; empty for the usual folder. */
  readonly prefix: string;
  /** What of an earlier demo's data is forgotten when it is opened: `undefined` = nothing, else all but these entries. */
  readonly forgetsAllBut: readonly string[] | undefined;
}

/**
 * The state that a demo runs on; nothing is touched yet. The database's draw goes on from day to day in the usual folder;
 * posts of one's own get a fresh one below it, so that neither sees the other. Throws CommandError when the posts' folder
 * is not as it should be.
 */
export function demoState({ rows, fresh }: { readonly rows?: string; readonly fresh?: boolean }): DemoState {
  const usual = resolve(readEnvironment()['TW_STATE_DIR'] ?? '.tradewind');
  if (rows !== undefined) {
    const missing = postFiles(rows).filter(({ path }) => !existsSync(path));
    if (missing.length > 0)
      throw new CommandError(`--rows ${rows}: there is no ${missing.map(({ path }) => path).join(', ')}`);
  }
  const folder = rows === undefined ? usual : join(usual, 'rows');
  const forgetsAllBut = rows !== undefined ? [] : fresh === true ? ['rows'] : undefined;
  const prefix = rows === undefined ? '' : `TW_STATE_DIR=${folder} `;
  return { folder, logs: join(folder, 'logs'), prefix, forgetsAllBut };
}

/** Makes the state ready; one that is to be fresh stops what runs from it and forgets its data. */
export async function openDemoState({ folder, logs, forgetsAllBut }: DemoState): Promise<void> {
  if (forgetsAllBut !== undefined) await forget(folder, forgetsAllBut);
  await mkdir(logs, { recursive: true, mode: 0o700 });
}

async function forget(folder: string, kept: readonly string[]): Promise<void> {
  // Only what a stack has made is removed: a wrong TW_STATE_DIR must not cost somebody a folder.
  if (!existsSync(join(folder, stateFile))) return;
  await stopStack(folder);
  const entries = (await readdir(folder)).filter((entry) => !kept.includes(entry));
  await Promise.all(entries.map((entry) => rm(join(folder, entry), { recursive: true, force: true })));
}
