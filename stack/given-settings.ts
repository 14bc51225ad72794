import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { inheritedEnvironment } from '../config/environment.ts';
import type { Part, Variables } from './part.ts';

/**
 * Settings that the user gave: the environment, and the file that TW_SETTINGS_FILE names. Not the file that a stack wrote
 * about itself.
 */
export function givenSettings(): Variables {
  const environment = inheritedEnvironment();
  const file = environment['TW_SETTINGS_FILE'];
  return file === undefined ? environment : { ...parseEnv(readFileSync(file, 'utf8')), ...environment };
}

/** The setting by which the user said where a part's managed service is; `undefined` when the stack shall start the part. */
export function addressGiven(part: Part, given: Variables): string | undefined {
  return part.addressSettings.find((name) => given[name] !== undefined && given[name] !== '');
}
