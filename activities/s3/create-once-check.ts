import { randomUUID } from 'node:crypto';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';

/** How hard a store is tried. */
export interface CreateOnceTrial {
  readonly rounds: number;
  /** Writers that race in a round. */
  readonly writers: number;
}

/**
 * Tries whether a store creates an object only once, as everything here relies on: a second create must be refused, and
 * of writers that race for one key exactly one may be told that it created, with its bytes stored. Throws `invalid`, in
 * words, when not. Leaves nothing behind under `checks/` where it may delete there. Takes a fraction of a second.
 */
export async function checkCreateOnce(
  store: ObjectStore,
  trial: CreateOnceTrial = { rounds: 5, writers: 8 },
): Promise<void> {
  const folder = `checks/create-once/${randomUUID()}`;
  const keys = Array.from({ length: trial.rounds }, (_, round) => `${folder}/${round}`);
  try {
    for (const key of keys) await race(store, key, trial.writers);
  } finally {
    // What was found is what counts: an identity that may not delete leaves a few bytes, and is no worse for it.
    await store.remove(keys).catch(() => {});
  }
}

async function race(store: ObjectStore, key: string, writers: number): Promise<void> {
  const bodies = Array.from({ length: writers }, (_, writer) => Buffer.from(`writer ${writer}`));
  const outcomes = await Promise.all(bodies.map(async (body) => store.create(key, body)));
  const winners = bodies.filter((_, writer) => outcomes[writer] === 'created');
  if (winners.length > 1) {
    throw refusal(`let ${winners.length} of ${writers} writers create the same object`);
  }
  const stored = await store.get(key);
  if (stored === undefined) throw refusal('does not have an object that it said to have created');
  const [winner] = winners;
  // No winner at all is weather: the response to the one that won was lost, and its second try found its own object.
  if (winner !== undefined && !stored.body.equals(winner))
    throw refusal('told one writer that it won, and stored another');
  if ((await store.create(key, Buffer.from('late'))) === 'created') throw refusal('overwrote an object that was there');
}

function refusal(what: string): AdapterError {
  return new AdapterError(
    `the object store ${what}, though it was asked to create only what is not there (If-None-Match: *): records could ` +
      'be lost or doubled on it. Use Amazon S3, or a server that docs/parts.md lists',
    { system: 's3', code: 'invalid' },
  );
}
