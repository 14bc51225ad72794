import { createHash } from 'node:crypto';
import { runPrefix } from '../../pipeline/run-keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepPlace } from '../shared/step-context.ts';
import type { StoredValues } from '../shared/stored-value.ts';

/**
 * Large values of the run that a step works for: `runs/<dag>/<run id>/values/<sha256 of the JSON>.json`. Their names are their
 * content, so that a try that is made again finds what it wrote, and what is read is what was written.
 */
export function createStoredValues(
  store: ObjectStore,
  run: Pick<StepPlace, 'dagId' | 'runId'>,
  signal: AbortSignal,
): StoredValues {
  return {
    put: async (value) => {
      const body = Buffer.from(JSON.stringify(value) ?? 'null');
      const sha256 = hashOf(body);
      const storedAt = `${runPrefix(run)}values/${sha256}.json`;
      await store.create(storedAt, body, { contentType: 'application/json', sha256, signal });
      return { storedAt, bytes: body.length };
    },
    get: async (stored) => {
      const { storedAt } = stored;
      const sha256 = /^runs\/.+\/values\/([0-9a-f]{64})\.json$/.exec(storedAt)?.[1];
      if (sha256 === undefined) throw refused(`${storedAt} is no key of a stored value`, 'invalid');
      const object = await store.get(storedAt, signal);
      if (object === undefined) throw refused(`the stored value ${storedAt} is gone`, 'not_found');
      if (hashOf(object.body) !== sha256)
        throw refused(`the stored value ${storedAt} is not what was stored`, 'corrupt');
      return JSON.parse(object.body.toString('utf8'));
    },
  };
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function refused(message: string, code: 'invalid' | 'not_found' | 'corrupt'): AdapterError {
  return new AdapterError(message, { system: 's3', code });
}
