import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../config/environment.ts';
import { obtain } from './fetch/cache.ts';
import { mavenCopy, type Coordinates } from './fetch/maven.ts';
import { pipInstall } from './fetch/pip.ts';
import type { Recipe } from './part.ts';
import { sparkJars } from './parts/spark-jars.ts';
import { sparkWheels } from './parts/spark-wheels.ts';
import { thisPlatform, type Platform } from './platform.ts';
import { findPrerequisite, requirePrerequisite } from './prerequisites.ts';
import type { OnProgress } from './progress.ts';

/** Version of Spark, and of Delta Lake for it. */
export const sparkVersion = '4.2.0-delta-4.4.0';

/** Changes with what is beside Spark, so that another set is another folder of the cache. */
const wheelsName = createHash('sha256').update(JSON.stringify(sparkWheels)).digest('hex').slice(0, 8);

const pythonSizes = { downloadBytes: 545_000_000, diskBytes: 765_000_000 };
const jarBytes = 22_500_000;

/** Where Spark is, and what runs it. */
export interface Spark {
  /** The Python that its packages were fetched for. */
  readonly python: string;
  /** A JDK's `java`. */
  readonly java: string;
  /** Folder of PySpark, Delta's Python package, pyarrow and pandas, for PYTHONPATH. */
  readonly pythonPath: string;
  /** Jars for its class path beside its own: Delta Lake and S3A. */
  readonly jars: readonly string[];
}

/** How Spark is obtained: from the package registries alone, every file checked by hash. It is large. */
export async function sparkRecipe(platform: Platform = thisPlatform()): Promise<Recipe> {
  const python = await findPrerequisite('python');
  const abi = python?.version.split('.').slice(0, 2).join('') ?? '-unknown';
  return {
    // pyarrow and pandas hold machine code for one version of Python.
    cacheKey: `spark-${sparkVersion}-${wheelsName}-${platform}-cp${abi}`,
    downloadBytes: pythonSizes.downloadBytes + jarBytes,
    // Maven keeps the jars a second time.
    diskBytes: pythonSizes.diskBytes + 2 * jarBytes,
    fetchWith: ['python', 'java', 'mvn'],
    fetch: async (folder, report) => {
      await mavenCopy(
        {
          title: 'Delta Lake and S3A for Spark',
          wanted: Object.keys(sparkJars).filter(areCoordinates),
          transitive: false,
          jars: Object.fromEntries(Object.entries(sparkJars).map(([name, sha256]) => [jarName(name), sha256])),
          downloadBytes: jarBytes,
        },
        jarFolder(folder),
        report,
      );
      const packages = join(folder, 'python');
      mkdirSync(packages);
      await pipInstall(sparkWheels, packages, pythonSizes, report);
    },
  };
}

/** Spark with Delta Lake and S3A, fetched when it is not in the cache; see {@link sparkRecipe} for what that costs. */
export async function fetchSpark(
  options: { readonly cacheDir?: string; readonly onProgress?: OnProgress } = {},
): Promise<Spark> {
  const python = await requirePrerequisite('python', 'Spark');
  const java = await requirePrerequisite('java', 'Spark');
  const folder = await obtain(await sparkRecipe(), cacheFolder(options.cacheDir), (text, bytes, totalBytes) =>
    options.onProgress?.({
      part: 'spark',
      step: 'fetch',
      text,
      ...(bytes === undefined ? {} : { bytes }),
      ...(totalBytes === undefined ? {} : { totalBytes }),
    }),
  );
  return {
    python: python.path,
    java: java.path,
    pythonPath: join(folder, 'python'),
    jars: Object.keys(sparkJars).map((name) => join(jarFolder(folder), jarName(name))),
  };
}

function jarFolder(folder: string): string {
  return join(folder, 'jars');
}

function jarName(coordinates: string): string {
  const [, artifact, version] = coordinates.split(':');
  return `${artifact}-${version}.jar`;
}

function areCoordinates(text: string): text is Coordinates {
  return text.split(':').length === 3;
}
