import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivately } from '../state.ts';
import { ApiError, alreadyExists, doesNotExist, invalidParameter } from './api-error.ts';

const scopesSchema = z.record(z.string(), z.record(z.string(), z.object({ value: z.base64(), updatedAt: z.number() })));

/** Secret scopes, in one file that only its owner can read. Throws {@link ApiError}; no message holds a value. */
export interface Secrets {
  readonly createScope: (scope: string) => void;
  readonly deleteScope: (scope: string) => void;
  readonly scopes: () => readonly string[];
  readonly put: (scope: string, key: string, value: Buffer) => void;
  readonly delete: (scope: string, key: string) => void;
  readonly list: (scope: string) => readonly { readonly key: string; readonly last_updated_timestamp: number }[];
  readonly get: (scope: string, key: string) => Buffer;
  /** The same as text; `undefined` when there is no such secret. */
  readonly find: (scope: string, key: string) => string | undefined;
}

const name = /^[\w\-@./]{1,128}$/;
const maxBytes = 131_072;

/** Opens the secrets of a state folder. */
export function openSecrets(folder: string): Secrets {
  const file = join(folder, 'secrets.json');
  let scopes: z.output<typeof scopesSchema> = existsSync(file)
    ? scopesSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    : {};
  const save = (changed: typeof scopes): void => {
    writePrivately(file, JSON.stringify(changed));
    scopes = changed;
  };
  const inScope = (scope: string): (typeof scopes)[string] => {
    const found = Object.hasOwn(scopes, scope) ? scopes[scope] : undefined;
    if (found === undefined) throw doesNotExist(`Scope ${scope} does not exist!`);
    return found;
  };
  const valueOf = (scope: string, key: string): Buffer => {
    const secrets = inScope(scope);
    const found = Object.hasOwn(secrets, key) ? secrets[key] : undefined;
    if (found === undefined) throw doesNotExist(`Secret does not exist with scope: ${scope} and key: ${key}`);
    return Buffer.from(found.value, 'base64');
  };
  const check = (text: string, what: string): void => {
    if (!name.test(text)) throw invalidParameter(`The ${what} has characters that are not allowed, or too many.`);
  };
  return {
    createScope: (scope) => {
      check(scope, 'scope name');
      if (Object.hasOwn(scopes, scope)) throw alreadyExists(`Scope ${scope} already exists!`);
      save({ ...scopes, [scope]: {} });
    },
    deleteScope: (scope) => {
      inScope(scope);
      save(Object.fromEntries(Object.entries(scopes).filter(([one]) => one !== scope)));
    },
    scopes: () => Object.keys(scopes).toSorted(),
    put: (scope, key, value) => {
      check(key, 'secret key');
      if (value.length > maxBytes) throw new ApiError(400, 'MAX_SECRET_SIZE_EXCEEDED', 'The secret is too long.');
      save({
        ...scopes,
        [scope]: { ...inScope(scope), [key]: { value: value.toString('base64'), updatedAt: Date.now() } },
      });
    },
    delete: (scope, key) => {
      valueOf(scope, key);
      save({ ...scopes, [scope]: Object.fromEntries(Object.entries(inScope(scope)).filter(([one]) => one !== key)) });
    },
    list: (scope) =>
      Object.entries(inScope(scope)).map(([key, { updatedAt }]) => ({ key, last_updated_timestamp: updatedAt })),
    get: valueOf,
    find: (scope, key) => {
      try {
        return valueOf(scope, key).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
