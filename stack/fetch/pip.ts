import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';
import { requirePrerequisite } from '../prerequisites.ts';
import type { ReportStep } from '../progress.ts';
import { runTool } from '../tethered-process.ts';
import { folderSize } from './folder-size.ts';

/** A pinned Python package: every file that will do, by sha256. */
export interface PinnedWheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: readonly string[];
  /** Published as a source archive alone: it is built here, with pinned tools. */
  readonly source?: true;
}

/** What builds a source archive. Left to itself, pip would fetch the newest, unpinned. */
const buildTools: readonly PinnedWheel[] = [
  {
    name: 'setuptools',
    version: '80.9.0',
    sha256: ['062d34222ad13e0cc312a4c02d73f059e86a4acbfbdea8f8f76b28c99f306922'],
  },
];

/** The text that pip reads: names, versions and hashes. Nothing else may be installed. */
function requirementsOf(wheels: readonly PinnedWheel[]): string {
  return wheels
    .map(({ name, version, sha256 }) => [`${name}==${version}`, ...sha256.map((hash) => `  --hash=sha256:${hash}`)])
    .map((lines) => `${lines.join(' \\\n')}\n`)
    .join('');
}

/** What pip is at, from the bytes that it has written: first the wheels as they come, then what it unpacks from them. */
export function pipProgress(
  title: string,
  written: number,
  { downloadBytes, diskBytes }: { readonly downloadBytes: number; readonly diskBytes: number },
): Parameters<ReportStep> {
  if (written <= downloadBytes) return [`fetching ${title}`, written, downloadBytes];
  return [`unpacking ${title}`, Math.min(written - downloadBytes, diskBytes), diskBytes];
}

/**
 * Installs pinned packages into a folder with the user's own pip, its configuration and mirrors included. pip refuses a file
 * whose hash is not among the pinned ones; nothing is built but what says that it is a source.
 */
export async function pipInstall(
  wheels: readonly PinnedWheel[],
  folder: string,
  sizes: { readonly downloadBytes: number; readonly diskBytes: number },
  report: ReportStep,
): Promise<void> {
  const title = wheels[0]?.name ?? 'it';
  // pip downloads into the temporary folder and unpacks from there: with that under ours, both can be watched.
  const temporary = join(folder, '.pip');
  mkdirSync(temporary, { recursive: true });
  let most = 0;
  const watch = setInterval(() => {
    // At the end pip removes what it unpacked from.
    most = Math.max(most, folderSize(folder));
    report(...pipProgress(title, most, sizes));
  }, 250);
  try {
    const sources = wheels.filter(({ source }) => source);
    const tools = join(temporary, 'tools');
    if (sources.length > 0) await pip(buildTools, tools, temporary, [], `fetching what builds ${title}`);
    const build = sources.flatMap(({ name }) => [`--no-binary=${name}`]);
    await pip(
      wheels,
      folder,
      temporary,
      build.length === 0 ? [] : [...build, '--no-build-isolation', '--use-pep517'],
      `fetching ${title}`,
      tools,
    );
  } finally {
    clearInterval(watch);
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** One call of pip. `tools` is where what it builds with lies. */
async function pip(
  wheels: readonly PinnedWheel[],
  folder: string,
  temporary: string,
  more: readonly string[],
  purpose: string,
  tools?: string,
): Promise<void> {
  const python = await requirePrerequisite('python', purpose);
  const list = join(temporary, 'requirements.txt');
  writeFileSync(list, requirementsOf(wheels));
  await runTool({
    command: python.path,
    args: [
      '-m',
      'pip',
      'install',
      '--require-hashes',
      '--only-binary=:all:',
      ...more,
      '--no-deps',
      '--no-compile',
      '--no-input',
      // Ours is the cache.
      '--no-cache-dir',
      '--disable-pip-version-check',
      '--no-warn-script-location',
      `--target=${folder}`,
      `--requirement=${list}`,
    ],
    environment: {
      ...inheritedEnvironment(),
      TMPDIR: temporary,
      PIP_ROOT_USER_ACTION: 'ignore',
      ...(tools === undefined ? {} : { PYTHONPATH: tools }),
    },
    purpose: `${purpose} with pip`,
  });
}
