import { randomBytes } from 'node:crypto';
import { parseSettings, type Settings } from '../../config/settings.ts';
import { sharedStack } from './shared-stack.ts';

/** Settings of the servers that all test files share. Use names of your own on them: {@link uniqueName}. */
export function testSettings(overrides: Readonly<Record<string, string>> = {}): Settings {
  return parseSettings(testVariables(overrides));
}

/** The same as variables, for a process that a test starts. */
export function testVariables(overrides: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { ...sharedStack().settings, ...overrides };
}

/**
 * A name that no other file uses, for topics, buckets, queues and users: `prefix-1f3a9c02`. A database takes
 * `pinterest_data_<name>`: those are what the account may create.
 */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** A database name that no other file uses, which the account of {@link testSettings} may create and drop. */
export function uniqueDatabase(): string {
  return `pinterest_data_${randomBytes(4).toString('hex')}`;
}

/** Path of the time-skipping Temporal server, for `createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`. */
export function testServerPath(): string {
  return sharedStack().testServer;
}
