import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { ServerName } from './server-addresses.ts';
import { SettingsError, unreadable } from './settings-error.ts';
import { parseSettings, type Settings } from './settings.ts';

/** Name of the file in the state folder through which a local stack says where its servers are. Mode 0600. */
export const stackSettingsFile = 'settings.env';

/**
 * Variables as this process finds them: the environment first, then the file that `TW_SETTINGS_FILE` names, or else the
 * one that the local stack of this checkout left while it is up. The one place that reads `process.env`. Throws
 * SettingsError when that file cannot be read.
 */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  const explicit = process.env['TW_SETTINGS_FILE'];
  const file = explicit ?? join(process.env['TW_STATE_DIR'] ?? '.tradewind', stackSettingsFile);
  if (explicit !== undefined && !existsSync(file)) {
    throw new SettingsError([`TW_SETTINGS_FILE: it names ${file}, which does not exist`]);
  }
  const fromFile = existsSync(file) ? parseEnv(textOf(file)) : {};
  return { ...fromFile, ...process.env, ...keysOfEndpoint(fromFile) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError([`the settings file ${file} ${unreadable(error)}`]);
  }
}

/** Keys in the shell are for AWS: an S3 server that a file leads to has keys of its own, in the same file. */
function keysOfEndpoint(fromFile: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    TW_S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: token,
    AWS_REGION: region,
  } = fromFile;
  const ours = endpoint !== undefined && (process.env['TW_S3_ENDPOINT'] ?? endpoint) === endpoint;
  if (!ours || id === undefined || secret === undefined) return {};
  return {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: token,
    ...(region === undefined ? {} : { AWS_REGION: region }),
  };
}

/**
 * The settings of this process. Throws SettingsError with every problem at once; that nothing says where one of `servers`
 * is counts as one.
 */
export function loadSettings(servers: readonly ServerName[]): Settings {
  return parseSettings(readEnvironment(), servers);
}

/** The whole environment, for a child process that needs PATH, HOME, proxies and the package clients' own variables. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env };
}

/** The whole environment with these settings over it. Where they have keys, a session token of the shell's is not theirs. */
export function environmentWith(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  if (variables['AWS_ACCESS_KEY_ID'] !== undefined) delete environment['AWS_SESSION_TOKEN'];
  return { ...environment, ...variables };
}

/** Folder of downloads: the setting, else `tradewind` in the user's cache folder (XDG on Linux, Library/Caches on macOS). */
export function cacheFolder(configured?: string): string {
  if (configured !== undefined) return resolve(configured);
  const own = process.env['TW_CACHE_DIR'];
  if (own) return resolve(own);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'tradewind');
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tradewind');
}

/** Whether a continuous-integration system runs this process: no colours, no questions. */
export function isCi(): boolean {
  return Boolean(process.env['CI']);
}
