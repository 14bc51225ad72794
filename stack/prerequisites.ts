import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { inheritedEnvironment } from '../config/environment.ts';
import { StackError } from './stack-error.ts';
import { runTool } from './tethered-process.ts';

/** Programs of other people that a part needs. */
export const prerequisiteNames = ['java', 'mvn', 'python', 'go'] as const;

/** One of {@link prerequisiteNames}. */
export type Prerequisite = (typeof prerequisiteNames)[number];

/** A program that was found. */
export interface FoundProgram {
  readonly path: string;
  /** As the program tells; empty where asking would cost more than it helps. */
  readonly version: string;
}

const advice: Readonly<Record<Prerequisite, string>> = {
  java: 'a JDK 17 or newer (Debian and Ubuntu: `apt install openjdk-17-jdk-headless`, macOS: `brew install openjdk@17`), on PATH or named by JAVA_HOME',
  mvn: 'Maven 3.6 or newer (Debian and Ubuntu: `apt install maven`, macOS: `brew install maven`), on PATH',
  python:
    'Python 3.11 or newer with pip (Debian and Ubuntu: `apt install python3 python3-pip`, macOS: `brew install python`), on PATH',
  go: 'Go 1.25 or newer (macOS: `brew install go`; elsewhere from go.dev), on PATH',
};

const searches: Readonly<Record<Prerequisite, () => Promise<FoundProgram | undefined>>> = {
  java: findJava,
  mvn: async () => {
    const path = findOnPath('mvn');
    return path === undefined ? undefined : { path, version: '' };
  },
  python: findPython,
  go: findGo,
};

/** Answers so far: every part asks for the same programs. */
const answers = new Map<string, Promise<FoundProgram | undefined>>();

/** Looks for a program of a version that will do; `undefined` when there is none. Takes well under a second. */
export async function findPrerequisite(name: Prerequisite): Promise<FoundProgram | undefined> {
  const { PATH, JAVA_HOME } = inheritedEnvironment();
  const question = [name, PATH, JAVA_HOME].join('\n');
  const answer = answers.get(question) ?? searches[name]();
  answers.set(question, answer);
  return await answer;
}

/** The program. Throws StackError with a sentence that names what is missing and how to get it. */
export async function requirePrerequisite(name: Prerequisite, forWhat: string): Promise<FoundProgram> {
  const found = await findPrerequisite(name);
  if (found === undefined) throw new StackError(`${forWhat} needs ${advice[name]}`);
  return found;
}

/** What to install where a program is missing. */
export function adviceFor(name: Prerequisite): string {
  return advice[name];
}

/** First executable of this name on PATH. */
export function findOnPath(
  name: string,
  path: string | undefined = inheritedEnvironment()['PATH'],
): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function findJava(): Promise<FoundProgram | undefined> {
  const home = inheritedEnvironment()['JAVA_HOME'];
  const candidates = [home === undefined ? undefined : join(home, 'bin', 'java'), findOnPath('java')];
  for (const path of candidates) {
    if (path === undefined || !isExecutable(path)) continue;
    const version = releaseOf(path) ?? (await versionSaid(path, ['-version'], /version "([^"]+)"/));
    if (version !== undefined && Number.parseInt(version, 10) >= 17) return { path, version };
  }
  return undefined;
}

/** A JDK's `release` file tells its version without starting it. */
function releaseOf(java: string): string | undefined {
  try {
    const release = readFileSync(join(dirname(dirname(realpathSync(java))), 'release'), 'utf8');
    return /^JAVA_VERSION="([^"]+)"/m.exec(release)?.[1];
  } catch {
    return undefined;
  }
}

async function findPython(): Promise<FoundProgram | undefined> {
  const script =
    'import sys, importlib.util as u; u.find_spec("pip") and print(sys.executable, "%d.%d.%d" % sys.version_info[:3])';
  for (const name of ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11']) {
    const path = findOnPath(name);
    if (path === undefined) continue;
    const said = await versionSaid(path, ['-c', script], /^(.+ \d+\.\d+\.\d+)$/m);
    const [, program, version, minor] = /^(.+) (3\.(\d+)\.\d+)$/.exec(said ?? '') ?? [];
    if (program !== undefined && version !== undefined && Number(minor) >= 11) return { path: program, version };
  }
  return undefined;
}

async function findGo(): Promise<FoundProgram | undefined> {
  const path = findOnPath('go');
  if (path === undefined) return undefined;
  const version = await versionSaid(path, ['version'], /go(\d+\.\d+(?:\.\d+)?)/);
  return version !== undefined && Number(version.split('.')[1]) >= 25 ? { path, version } : undefined;
}

/** What a program says about its version; `undefined` when it does not run or says something else. */
export async function versionSaid(path: string, args: readonly string[], pattern: RegExp): Promise<string | undefined> {
  try {
    const output = await runTool({ command: path, args, environment: inheritedEnvironment(), purpose: 'asking' });
    return pattern.exec(output)?.[1];
  } catch {
    return undefined;
  }
}
