import { setTimeout as sleep } from 'node:timers/promises';
import { boundLog } from '../../pipeline/log-lines.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';

/** Lines that are to be appended together, once. */
export interface LogBatch {
  /** Made up by the writer and never used for other lines: by it an append whose response was lost is recognised. */
  readonly id: string;
  readonly lines: readonly string[];
}

/** Where an object's metadata name the batches that were appended last. */
const batchesField = 'batches';

/** More writers than these do not come between an append and its recognition. */
const namedBatches = 16;

/** Times that others may be faster in a row; each time one of them gets on. */
const rounds = 12;

/**
 * Appends lines to a log object, which S3 cannot do by itself: reads it, and replaces exactly what was read
 * (`If-Match`), again when somebody else was faster. So writers side by side lose no line and double none; appending a batch
 * that is there already does nothing. `isNew` saves a request where there is no object yet. Returns the object's bytes.
 */
export async function appendLog(
  store: ObjectStore,
  key: string,
  batch: LogBatch,
  options: { readonly isNew: boolean; readonly signal?: AbortSignal },
): Promise<number> {
  const { signal } = options;
  const put = { contentType: 'application/x-ndjson', ...(signal !== undefined && { signal }) };
  let isNew = options.isNew;
  for (let round = 1; round <= rounds; round += 1) {
    const stored = isNew ? undefined : await store.get(key, signal);
    if (stored === undefined) {
      const body = bodyOf(batch.lines);
      const outcome = await store.create(key, body, { ...put, metadata: { [batchesField]: batch.id } });
      if (outcome === 'created') return body.length;
      isNew = false;
      continue;
    }
    const batches = stored.metadata[batchesField]?.split(' ') ?? [];
    if (batches.includes(batch.id)) return stored.size;
    const body = bodyOf([...linesOf(stored.body), ...batch.lines]);
    const metadata = { [batchesField]: [batch.id, ...batches].slice(0, namedBatches).join(' ') };
    if ((await store.replaceVersion(key, body, stored.version, { ...put, metadata })) === 'replaced')
      return body.length;
    await sleep(Math.random() * 20 * round, undefined, signal === undefined ? {} : { signal });
  }
  throw new AdapterError(`others wrote ${key} all the time`, { system: 's3', code: 'conflict', canRetry: true });
}

function bodyOf(lines: readonly string[]): Buffer {
  return Buffer.from(
    boundLog(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function linesOf(body: Buffer): readonly string[] {
  return body
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
