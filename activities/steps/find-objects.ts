import { keyPattern } from '../../pipeline/key-pattern.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { FindObjectsInput, FoundObject } from './contract.ts';

/** Objects that a look may find: their names travel through a run's history. */
const mostObjects = 1_000;

/** What looking for objects needs. */
export interface FindObjectsDeps {
  readonly store: ObjectStore;
}

/**
 * The step that looks for objects: gives all that it found, in the order of the keys asked for and of the bucket, or `null`
 * when a key, or a match of a pattern, is not there or too small. Reads no bytes of them. Throws `too_large` when there are too
 * many to name.
 */
export function createFindObjects({
  store,
}: FindObjectsDeps): (input: FindObjectsInput, context: StepContext) => Promise<readonly FoundObject[] | null> {
  return async ({ bucketKey, wildcardMatch, minSize }, { signal }) => {
    const found = new Map<string, FoundObject>();
    for (const key of bucketKey) {
      let some = false;
      for await (const object of wildcardMatch ? matching(store, key, signal) : exactly(store, key, signal)) {
        if (object.size < minSize) continue;
        some = true;
        found.set(object.key, object);
        if (found.size > mostObjects) throw tooMany(key);
      }
      if (!some) return null;
    }
    return [...found.values()];
  };
}

async function* exactly(store: ObjectStore, key: string, signal: AbortSignal): AsyncIterable<FoundObject> {
  const head = await store.head(key, signal);
  if (head !== undefined) yield { key, size: head.size, lastModified: head.lastModified.toISOString() };
}

async function* matching(store: ObjectStore, pattern: string, signal: AbortSignal): AsyncIterable<FoundObject> {
  const { prefix, matches } = keyPattern(pattern);
  for await (const { key, size, lastModified } of store.list(prefix, { signal })) {
    if (matches(key)) yield { key, size, lastModified: lastModified.toISOString() };
  }
}

function tooMany(key: string): AdapterError {
  return new AdapterError(
    `more than ${mostObjects} objects match, the last ones ${key}: narrow the pattern, for example to a folder or a marker file`,
    { system: 's3', code: 'too_large' },
  );
}
