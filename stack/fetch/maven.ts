import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inheritedEnvironment } from '../../config/environment.ts';
import { withLock } from '../lock.ts';
import { requirePrerequisite } from '../prerequisites.ts';
import type { ReportStep } from '../progress.ts';
import { StackError } from '../stack-error.ts';
import { runTool } from '../tethered-process.ts';

/** Jars by file name, each with its sha256. */
export type PinnedJars = Readonly<Record<string, string>>;

/** Maven coordinates: `group:artifact:version`. */
export type Coordinates = `${string}:${string}:${string}`;

/** What Maven copies where. */
export interface MavenOrder {
  readonly title: string;
  /** What we ask for. */
  readonly wanted: readonly Coordinates[];
  /** Whether what it depends on at run time comes along. */
  readonly transitive: boolean;
  /** All that may arrive, and must. */
  readonly jars: PinnedJars;
  readonly downloadBytes: number;
}

/**
 * Copies pinned jars into a folder with the user's own Maven, its settings and mirrors included. Throws StackError when a
 * jar is missing, is not the pinned one, or was not asked for. One Maven at a time: they share a local repository.
 */
export async function mavenCopy(order: MavenOrder, folder: string, report: ReportStep): Promise<void> {
  const maven = await requirePrerequisite('mvn', `fetching ${order.title}`);
  const java = await requirePrerequisite('java', `fetching ${order.title}`);
  const work = join(folder, '.maven');
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'pom.xml'), pomOf(order));
  const progress = progressReader(order, report);
  await withLock(join(folder, '..', 'maven.lock'), async () => {
    report(`fetching ${order.title}`, 0, order.downloadBytes);
    await runTool({
      command: maven.path,
      args: ['-f', join(work, 'pom.xml'), '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`].concat(
        '-DincludeScope=runtime',
      ),
      environment: { ...inheritedEnvironment(), JAVACMD: java.path },
      onOutput: progress,
      purpose: `fetching ${order.title} with Maven`,
    });
  });
  rmSync(work, { recursive: true, force: true });
  report(`checking ${order.title}`, order.downloadBytes, order.downloadBytes);
  await checkJars(folder, order.jars);
}

/** The project file that asks for the wanted artifacts and nothing else. */
export function pomOf({ wanted, transitive }: Pick<MavenOrder, 'wanted' | 'transitive'>): string {
  const dependencies = wanted.map((coordinates) => {
    const [group, artifact, version] = coordinates.split(':');
    const exclusions = transitive
      ? ''
      : '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${exclusions}</dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    '<groupId>tradewind</groupId><artifactId>part</artifactId><version>1</version><packaging>pom</packaging>',
    `<dependencies>${dependencies.join('')}</dependencies></project>\n`,
  ].join('\n');
}

/** Adds up what Maven says it has downloaded: `Downloaded from …: … (149 MB at 30 MB/s)`. */
function progressReader(order: MavenOrder, report: ReportStep): (text: string) => void {
  const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };
  let bytes = 0;
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, size, unit] = /Downloaded from .*\.jar \(([\d.]+) ([kMG]?B)/.exec(line) ?? [];
      if (size === undefined || unit === undefined) continue;
      bytes += Number(size) * (units[unit] ?? 0);
      report(`fetching ${order.title}`, Math.min(bytes, order.downloadBytes), order.downloadBytes);
    }
  };
}

/** Compares a folder's jars with the pinned ones. Throws StackError with the first difference. */
export async function checkJars(folder: string, pinned: PinnedJars): Promise<void> {
  const found = readdirSync(folder).filter((name) => name.endsWith('.jar'));
  const strange = found.find((name) => pinned[name] === undefined);
  if (strange !== undefined) throw new StackError(`Maven brought ${strange}, which is not among the pinned jars`);
  for (const [name, expected] of Object.entries(pinned)) {
    if (!found.includes(name)) throw new StackError(`Maven did not bring ${name}`);
    const actual = await sha256Of(join(folder, name));
    if (actual !== expected) {
      throw new StackError(
        `${name} is not the file that we tried: its sha256 is ${actual}, expected ${expected}. ` +
          'Nothing of it was kept; remove it from your Maven repository (~/.m2/repository) and try again',
      );
    }
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
