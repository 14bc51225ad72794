import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { cacheFolder } from '../config/environment.ts';
import { isCached } from './fetch/cache.ts';
import { addressGiven, givenSettings } from './given-settings.ts';
import { missingLibraries } from './libraries.ts';
import { usualPartNames, type PartName } from './part-name.ts';
import type { Variables } from './part.ts';
import { chooseParts, type ChosenPart, type S3Server } from './parts.ts';
import { thisPlatform } from './platform.ts';
import { adviceFor, findPrerequisite, prerequisiteNames, type Prerequisite } from './prerequisites.ts';
import { isRunning } from './process-identity.ts';
import { megabytes } from './progress.ts';
import { openState } from './state.ts';

/** What is here of one part. */
interface PartCheck {
  readonly name: PartName;
  readonly title: string;
  readonly version: string;
  /** Where it is, or that it has to be fetched. */
  readonly where: 'given' | 'running' | 'path' | 'cache' | 'registry';
  /** The setting, path or folder. */
  readonly detail: string;
  /** Bytes that a start would fetch, and would take in the cache. */
  readonly downloadBytes: number;
  readonly diskBytes: number;
  /** Programs of other people that it needs, to run or to be fetched, and that are not here. */
  readonly missing: readonly Prerequisite[];
  /** What else is in the way, a sentence each: libraries, or that there is no way to obtain it here. */
  readonly problems: readonly string[];
}

/** What a start would find and fetch. */
export interface Precheck {
  readonly parts: readonly PartCheck[];
  readonly downloadBytes: number;
  readonly diskBytes: number;
  readonly freeBytes: number;
  readonly cacheDir: string;
  /** All that is in the way, a sentence each; empty when a start can go ahead. */
  readonly problems: readonly string[];
}

/** What is looked at. */
export interface PrecheckOptions {
  readonly stateDir: string;
  readonly parts?: readonly PartName[];
  readonly s3?: S3Server;
  readonly cacheDir?: string;
  readonly given?: Variables;
}

/**
 * Looks what is here and what a start would fetch, without fetching or starting anything. Takes a fraction of a second:
 * Java's version is read from its files, Maven's is not asked for.
 */
export async function precheck(options: PrecheckOptions): Promise<Precheck> {
  const { parts: names = usualPartNames, s3 = 'ministack', given = givenSettings() } = options;
  const cacheDir = cacheFolder(options.cacheDir);
  const parts = await Promise.all(
    chooseParts(names, s3).map((chosen) => checkPart(chosen, options.stateDir, cacheDir, given)),
  );
  const downloadBytes = sum(parts.map((part) => part.downloadBytes));
  const diskBytes = sum(parts.map((part) => part.diskBytes));
  const freeBytes = await freeAt(cacheDir);
  const problems = [...missingPrograms(parts), ...parts.flatMap((part) => part.problems)];
  // Downloads are unpacked beside themselves before they go.
  if (downloadBytes > 0 && freeBytes < downloadBytes + diskBytes) {
    problems.push(
      `${cacheDir} has ${megabytes(freeBytes)} left and ${megabytes(downloadBytes + diskBytes)} are needed: free some, or set TW_CACHE_DIR`,
    );
  }
  return { parts, downloadBytes, diskBytes, freeBytes, cacheDir, problems };
}

async function checkPart(
  { part, kind }: ChosenPart,
  stateDir: string,
  cacheDir: string,
  given: Variables,
): Promise<PartCheck> {
  const row = {
    name: part.name,
    title: part.title,
    version: part.version,
    downloadBytes: 0,
    diskBytes: 0,
    missing: [],
    problems: [],
  };
  const address = addressGiven(part, given);
  if (address !== undefined) return { ...row, where: 'given', detail: `${address}=${given[address]}` };
  const server = openState(stateDir, { create: false }).server(part.name);
  if (server !== undefined && server.kind === kind && isRunning(server)) {
    return { ...row, where: 'running', detail: `process ${server.pid}` };
  }
  const missing = await notFound(part.runWith);
  const path = await part.onPath();
  if (path !== undefined) return { ...row, where: 'path', detail: path, missing };
  try {
    const recipe = await part.recipe(thisPlatform());
    const lacking = missingLibraries(part.title, recipe.libraries);
    const found = { ...row, detail: recipe.cacheKey, problems: lacking === undefined ? [] : [lacking] };
    if (isCached(cacheDir, recipe.cacheKey)) return { ...found, where: 'cache', missing };
    // Whoever has to install something first wants to know all the same what comes after it.
    return {
      ...found,
      where: 'registry',
      downloadBytes: recipe.downloadBytes,
      diskBytes: recipe.diskBytes,
      missing: [...new Set([...missing, ...(await notFound(recipe.fetchWith))])],
    };
  } catch (error) {
    return {
      ...row,
      where: 'registry',
      detail: '',
      missing,
      problems: [error instanceof Error ? error.message : String(error)],
    };
  }
}

async function notFound(names: readonly Prerequisite[]): Promise<readonly Prerequisite[]> {
  const found = await Promise.all(names.map(findPrerequisite));
  return names.filter((_, index) => found[index] === undefined);
}

/** A sentence a program, with all that wait for it. */
function missingPrograms(parts: readonly PartCheck[]): readonly string[] {
  return prerequisiteNames.flatMap((name) => {
    const titles = parts.filter(({ missing }) => missing.includes(name)).map(({ title }) => title);
    return titles.length === 0 ? [] : [`${adviceFor(name)}; for ${titles.join(', ')}`];
  });
}

/** Bytes that this user may still write where the cache is or will be. */
async function freeAt(folder: string): Promise<number> {
  let place = resolve(folder);
  while (!existsSync(place)) place = dirname(place);
  const { bavail, bsize } = await statfs(place);
  return bavail * bsize;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The precheck as lines for a terminal. */
export function precheckLines(check: Precheck): readonly string[] {
  const words: Readonly<Record<PartCheck['where'], (part: PartCheck) => string>> = {
    given: ({ detail }) => `given by ${detail}`,
    running: ({ detail }) => `running (${detail})`,
    path: ({ detail }) => `found: ${detail}`,
    cache: () => 'in the cache',
    registry: (part) =>
      part.downloadBytes === 0
        ? 'cannot be fetched here'
        : `to fetch: ${megabytes(part.downloadBytes)}, ${megabytes(part.diskBytes)} on disk`,
  };
  const lines = check.parts.map(
    (part) => `  ${part.name.padEnd(10)} ${`${part.title} ${part.version}`.padEnd(34)} ${words[part.where](part)}`,
  );
  const cost =
    check.downloadBytes === 0
      ? 'Nothing to fetch.'
      : `To fetch: ${megabytes(check.downloadBytes)}; disk: ${megabytes(check.diskBytes)}, mostly in ${check.cacheDir} (${megabytes(check.freeBytes)} free).`;
  return [...lines, cost, ...check.problems.map((problem) => `Missing: ${problem}`)];
}
