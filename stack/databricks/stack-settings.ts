import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { stackSettingsFile } from '../../config/environment.ts';
import { parseSettings, type Settings } from '../../config/settings.ts';
import { givenSettings } from '../given-settings.ts';

/**
 * The settings that notebooks' storage needs, as they are now: those that the user gave, and over them those of the stack
 * that this server is a part of, whose S3 server may have come up after it. Throws SettingsError.
 */
export function stackSettings(stateDir: string): Settings {
  const file = join(stateDir, stackSettingsFile);
  const own = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  // A session token of the shell is not of the stack's keys.
  const token = own['AWS_ACCESS_KEY_ID'] === undefined ? {} : { AWS_SESSION_TOKEN: undefined };
  return parseSettings({ ...givenSettings(), ...token, ...own });
}
