import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommandError } from '../failure.ts';

/** Throws CommandError when a file cannot be written there: better now than after a run that took minutes. */
export async function requireWritable(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new CommandError(`--json ${path}: that is a folder; name a file`);
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('not a folder');
    await access(there === undefined ? folder : path, constants.W_OK);
  } catch (cause) {
    throw new CommandError(`--json ${path}: no file can be written in ${folder}`, { cause });
  }
}

/** Writes JSON for people and programs. */
export async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`);
}
