import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import type { Settings } from '../../config/settings.ts';
import { tableNames } from '../../pipeline/tables.ts';

/** The three files that `--rows DIR` posts, in arrival order each. */
export function postFiles(folder: string): readonly { readonly name: string; readonly path: string }[] {
  return tableNames.map((table) => ({ name: `${table}.jsonl`, path: join(folder, `${table}.jsonl`) }));
}

/**
 * Puts the files where the emulator reads posts from, and returns the prefix for the run's param `rows`. Through the
 * bucket, since a run's input must not name files of the worker's machine.
 */
export async function uploadPosts(settings: Settings['s3'], folder: string): Promise<string> {
  const prefix = `posts/${randomUUID()}`;
  const store = createS3ObjectStore(settings);
  try {
    for (const { name, path } of postFiles(folder)) {
      await store.createFromFile(`${prefix}/${name}`, path, { contentType: 'application/x-ndjson' });
    }
  } finally {
    store.close();
  }
  return prefix;
}
