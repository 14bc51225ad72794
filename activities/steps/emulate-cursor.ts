import type { z } from 'zod';
import { runPrefix } from '../../pipeline/run-keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';

/** Milliseconds between two keepings in the run's folder: what a new try posts again, at most, and a chunk. */
const keepEvery = 5_000;

/** How far a run's posts have got, for whoever goes on with them. */
export interface EmulateCursor<T> {
  /** What earlier attempts and tries of the run kept, in no order. Each is true by itself: the furthest is the best. */
  readonly earlier: readonly T[];
  /** Keeps a cursor of posts that are in Kafka already: for the next attempt at once, for the next try now and then. */
  readonly keep: (cursor: T) => Promise<void>;
}

/**
 * Opens a run's cursor. Temporal gives an attempt the heartbeat of the one before it, but to a new *try* nothing, and
 * `course` at its pace takes longer than a try may. So the cursor is also kept as `runs/<dag>/<run id>/outputs/emulate-cursor.json`.
 *
 * That object is a hint which may lag and never leads: it is written behind the posts that it tells of. A zombie may
 * write an older one over a newer, a store in trouble may miss some; then posts go out once more. What cannot be
 * read, or is another part's by the schema, is as good as none.
 */
export async function openCursor<T>(
  store: ObjectStore,
  schema: z.ZodType<T>,
  context: StepContext,
): Promise<EmulateCursor<T>> {
  const { signal, log } = context;
  const key = `${runPrefix(context.place)}outputs/emulate-cursor.json`;
  const resumed = schema.safeParse(context.resumed).data;
  const stored = await store.get(key, signal);
  const kept = stored && readJson(schema, stored.body);
  let due = 0;
  return {
    earlier: [resumed, kept].filter((cursor) => cursor !== undefined),
    async keep(cursor) {
      context.heartbeat(cursor);
      if (performance.now() < due) return;
      due = performance.now() + keepEvery;
      const body = Buffer.from(`${JSON.stringify(cursor)}\n`);
      try {
        await store.replace(key, body, { contentType: 'application/json', signal });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AdapterError)) throw error;
        log.warn('could not keep how far the posts are: a new try would post some again', { code: error.code });
      }
    },
  };
}
