import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { invalidParameter } from './api-error.ts';
import { hasCode } from '../errno.ts';

/**
 * A path of a stranger in one form: absolute, no `.`, no doubled and no last slash. Throws the API's 400 for a path that is
 * not absolute, goes up, or has a NUL or a name that no disk takes.
 */
export function cleanPath(path: string): string {
  if (!path.startsWith('/')) throw invalidParameter(`Path (${path}) doesn't start with '/'`);
  if (path.includes('\0')) throw invalidParameter('Path must not have a NUL character');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalidParameter(`Path (${path}) must not contain '..'`);
  if (parts.some((part) => Buffer.byteLength(part) > 250)) throw invalidParameter(`Path (${path}) has too long a name`);
  return `/${parts.join('/')}`;
}

/**
 * The place on disk of a clean path below a root. Throws the API's 400 where a part of it is a symbolic link: a notebook may
 * have made one, and what it leads to is not ours to show.
 */
export function placeOf(root: string, path: string): string {
  let place = root;
  for (const part of path.split('/').filter((one) => one !== '')) {
    place = join(place, part);
    if (isLink(place)) throw invalidParameter(`Path (${path}) is a link`);
  }
  return place;
}

function isLink(place: string): boolean {
  try {
    return lstatSync(place).isSymbolicLink();
  } catch (error) {
    // A part that is a file has nothing below it.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return false;
    throw error;
  }
}
