import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, inheritedEnvironment } from '../../config/environment.ts';
import { obtain } from '../../stack/fetch/cache.ts';
import { pipInstall, type PinnedWheel } from '../../stack/fetch/pip.ts';
import type { Recipe } from '../../stack/part.ts';
import { findPrerequisite, requirePrerequisite } from '../../stack/prerequisites.ts';
import { runTool } from '../../stack/tethered-process.ts';

/** Runs a client with arguments; it prints a line of JSON last, which this returns. */
export type Client = (args: readonly string[]) => Promise<Readonly<Record<string, unknown>>>;

const sources = join(__dirname, '..', 'stack', 'databricks', 'clients');

/** databricks-sdk for Python and what it imports, all of them wheels for any system. */
const sdkWheels: readonly PinnedWheel[] = [
  ['databricks-sdk', '0.155.0', 'e45f035a99eea5b3cece0973f99331fd62b89212a01e7d7ecd2ba6ba6271431a'],
  ['requests', '2.34.2', '2a0d60c172f83ac6ab31e4554906c0f3b3588d37b5cb939b1c061f4907e278e0'],
  ['urllib3', '2.8.0', '0cf3cae568d36aa9576b28dfb35f11328f1cb974ca7647d9475ebb86c75ac6e3'],
  ['idna', '3.20', 'ab7ae7122974553370f0bdb919e1a960b2cd1bc1ef0276416d896db81c14582c'],
  ['certifi', '2026.2.25', '027692e4402ad994f1c42e52a4997a9763c646b73e4096e4d5d6db8af1d6f0fa'],
  ['charset-normalizer', '3.5.3', '96e268b0cbda016ac519513294fcd17032264085b600abaac58b93049477e132'],
  ['google-auth', '2.63.0', 'cbc065325f67511946d1a66672e4f47e71ed162ef1abd2bb8404ceec407c86ba'],
  ['protobuf', '7.36.2', 'bdb3a345d48db958e6ce1f18e508beb0cc981d64f24088427549c866cd039f1e'],
  ['pyasn1', '0.6.5', '4017b0fce125096b8573b39c989fdb1a4b19cf761e683398184550fea0e66587'],
  ['pyasn1_modules', '0.4.2', '29253a9207ce32b64c3ac6600edc75368f98473906e8fd1043bd6b5b1de2c14a'],
].map(([name = '', version = '', hash = '']) => ({ name, version, sha256: [hash] }));

/** A client in Python, of a folder of packages. */
async function pythonClient(folder: string, script: string): Promise<Client> {
  const python = await requirePrerequisite('python', `running ${script}`);
  return async (args) => {
    const output = await runTool({
      command: python.path,
      args: [join(sources, script), ...args],
      // Airflow keeps a database and a configuration in its home, and would phone home.
      environment: {
        ...inheritedEnvironment(),
        PYTHONPATH: folder,
        AIRFLOW_HOME: join(folder, '.airflow'),
        AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: 'False',
      },
      purpose: script,
    });
    return lastLine(output);
  };
}

function lastLine(output: string): Readonly<Record<string, unknown>> {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** The program or packages of a recipe; `undefined`, with a word, where the registry cannot be reached. */
async function fetched(recipe: Recipe): Promise<string | undefined> {
  try {
    return await obtain(recipe, cacheFolder(), () => undefined);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!/name resolution|ConnectionError|ConnectTimeout|Network is unreachable|dial tcp|no such host/i.test(text))
      throw error;
    process.stderr.write(`left out: ${recipe.cacheKey} is not here, and its registry cannot be reached\n`);
    return undefined;
  }
}

/** databricks-sdk for Python (3 MB). */
export async function databricksSdk(): Promise<Client | undefined> {
  const sizes = { downloadBytes: 3_000_000, diskBytes: 40_000_000 };
  const folder = await fetched({
    cacheKey: 'databricks-sdk-0.155.0',
    ...sizes,
    fetchWith: ['python'],
    fetch: (draft, report) => pipInstall(sdkWheels, draft, sizes, report),
  });
  return folder === undefined ? undefined : await pythonClient(folder, 'databricks_sdk.py');
}

/**
 * Airflow with its provider for Databricks (489 MB). Pinned by version alone: hashes of what its 147 packages have for every
 * system would be thousands of lines.
 */
export async function airflowHook(): Promise<Client | undefined> {
  const python = await requirePrerequisite('python', "Airflow's hook");
  const folder = await fetched({
    cacheKey: `airflow-databricks-7.23.0-py${python.version.split('.').slice(0, 2).join('')}`,
    downloadBytes: 130_000_000,
    diskBytes: 489_000_000,
    fetchWith: ['python'],
    fetch: async (draft) => {
      const temporary = join(draft, '.pip');
      mkdirSync(temporary);
      await runTool({
        command: python.path,
        args: [
          '-m',
          'pip',
          'install',
          '--no-deps',
          '--no-input',
          '--no-cache-dir',
          '--only-binary=:all:',
          '--no-compile',
          '--target',
          draft,
          '--requirement',
          join(sources, 'airflow-requirements.txt'),
        ],
        environment: { ...inheritedEnvironment(), TMPDIR: temporary, PIP_ROOT_USER_ACTION: 'ignore' },
        purpose: "fetching Airflow's hook with pip",
      });
      rmSync(temporary, { recursive: true, force: true });
    },
  });
  return folder === undefined ? undefined : await pythonClient(folder, 'airflow_hook.py');
}

/** databricks-sdk-go, built here with what go.sum pins (some 70 s of processor time); `undefined` also where Go is not. */
export async function databricksSdkGo(): Promise<Client | undefined> {
  const go = await findPrerequisite('go');
  if (go === undefined) {
    process.stderr.write('left out: databricks-sdk-go, since there is no Go 1.25\n');
    return undefined;
  }
  const code = join(sources, 'go');
  const folder = await fetched({
    cacheKey: 'databricks-sdk-go-client-0.175.0-1',
    downloadBytes: 60_000_000,
    diskBytes: 40_000_000,
    fetchWith: ['go'],
    fetch: async (draft) => {
      for (const name of readdirSync(code)) copyFileSync(join(code, name), join(draft, name));
      await runTool({
        command: go.path,
        args: ['build', '-mod=readonly', '-trimpath', '-o', 'client', '.'],
        environment: { ...inheritedEnvironment(), CGO_ENABLED: '0' },
        folder: draft,
        purpose: 'building databricks-sdk-go',
      });
    },
  });
  if (folder === undefined) return undefined;
  return async (args) =>
    lastLine(
      await runTool({
        command: join(folder, 'client'),
        args,
        environment: inheritedEnvironment(),
        purpose: 'databricks-sdk-go',
      }),
    );
}
