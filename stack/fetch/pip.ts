import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';
import { requirePrerequisite } from '../prerequisites.ts';
import type { ReportStep } from '../progress.ts';
import { runTool } from '../tethered-process.ts';
import { folderSize } from './folder-size.ts';

/** A pinned Python package: every wheel that will do, by sha256. */
export interface PinnedWheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: readonly string[];
}

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
 * Installs pinned wheels into a folder with the user's own pip, its configuration and mirrors included. pip refuses a wheel
 * whose hash is not among the pinned ones; nothing is built from source.
 */
export async function pipInstall(
  wheels: readonly PinnedWheel[],
  folder: string,
  sizes: { readonly downloadBytes: number; readonly diskBytes: number },
  report: ReportStep,
): Promise<void> {
  const title = wheels[0]?.name ?? 'it';
  const python = await requirePrerequisite('python', `fetching ${title}`);
  // pip downloads into the temporary folder and unpacks from there: with that under ours, both can be watched.
  const temporary = join(folder, '.pip');
  mkdirSync(temporary);
  writeFileSync(join(temporary, 'requirements.txt'), requirementsOf(wheels));
  const watch = setInterval(() => report(...pipProgress(title, folderSize(folder), sizes)), 250);
  try {
    await runTool({
      command: python.path,
      args: [
        '-m',
        'pip',
        'install',
        '--require-hashes',
        '--only-binary=:all:',
        '--no-deps',
        '--no-compile',
        '--no-input',
        // Ours is the cache.
        '--no-cache-dir',
        '--disable-pip-version-check',
        '--no-warn-script-location',
        `--target=${folder}`,
        `--requirement=${join(temporary, 'requirements.txt')}`,
      ],
      environment: { ...inheritedEnvironment(), TMPDIR: temporary, PIP_ROOT_USER_ACTION: 'ignore' },
      purpose: `fetching ${title} with pip`,
    });
  } finally {
    clearInterval(watch);
    rmSync(temporary, { recursive: true, force: true });
  }
}
