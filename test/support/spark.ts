import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, inheritedEnvironment } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import { obtain } from '../../stack/fetch/cache.ts';
import { mavenCopy, type PinnedJars } from '../../stack/fetch/maven.ts';
import { requirePrerequisite } from '../../stack/prerequisites.ts';
import { runTool } from '../../stack/tethered-process.ts';

/** Spark is published as sources of its Python package alone, with all jars inside. */
const requirements = `pyspark==4.2.0 --hash=sha256:5ad689d53570ee1674193fd4f9bda065f0db3be9363a27d2a3406cc457b70b61
py4j==0.10.9.9 --hash=sha256:c7c26e4158defb37b0bb124933163641a2ff6e3a3913f7811b0ddbe07ed61533
`;

/** Delta Lake for that Spark: nothing else is needed to read tables. */
const deltaJars: PinnedJars = {
  'delta-spark_4.2_2.13-4.4.0.jar': '27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead',
  'delta-storage-4.4.0.jar': 'c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc',
};

const script = `
import json, sys
from pyspark.sql import SparkSession
order = json.load(sys.stdin)
spark = (SparkSession.builder.master("local[2]").config("spark.jars", order["jars"]).config("spark.ui.enabled", "false")
  .config("spark.sql.session.timeZone", "UTC").config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
  .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
  .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
  # Spark 3's and Databricks' own setting; Spark 4 is more lenient.
  .config("spark.sql.parquet.datetimeRebaseModeInRead", "EXCEPTION")
  .config("spark.sql.shuffle.partitions", "2").config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -Dderby.system.home=" + order["folder"])
  .getOrCreate())
found = {}
for name, one in order["tables"].items():
    frame = spark.read.format("delta").option("versionAsOf", one["version"]).load(one["path"]).orderBy(one["orderBy"])
    vacuum = spark.sql("VACUUM delta.\`" + one["path"] + "\` DRY RUN").collect()
    found[name] = {"names": frame.columns, "rows": [json.loads(row) for row in frame.toJSON().collect()],
      "unneeded": [row["path"].rsplit("/", 1)[-1] for row in vacuum if not row["path"].endswith("/")]}
print("\\n" + json.dumps(found))
`;

/** A table's folder on this machine, as of a version. */
export interface SparkOrder {
  readonly path: string;
  readonly version: number;
  readonly orderBy: string;
}

/** What Spark sees of a table: rows as its own JSON, in which nulls are left out and times are ISO texts. */
export interface SparkTable {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Names of the files that VACUUM would remove now. */
  readonly unneeded: readonly string[];
}

/** Makes a reader of Delta tables: Spark itself, fetched once into the cache (some 470 MB; it takes a minute). */
export async function spark(
  settings: Settings,
): Promise<(tables: Readonly<Record<string, SparkOrder>>, folder: string) => Readonly<Record<string, SparkTable>>> {
  const python = await requirePrerequisite('python', 'reading Delta tables with Spark');
  await requirePrerequisite('java', 'reading Delta tables with Spark');
  const sizes = { downloadBytes: 470_000_000, diskBytes: 490_000_000 };
  const home = await obtain(
    {
      cacheKey: 'pyspark-4.2.0-delta-4.4.0',
      ...sizes,
      fetchWith: ['python', 'java', 'mvn'],
      fetch: async (draft, report) => {
        const text = join(draft, 'requirements.txt');
        const temporary = join(draft, '.pip');
        mkdirSync(temporary);
        writeFileSync(text, requirements);
        await runTool({
          command: python.path,
          args: [
            '-m',
            'pip',
            'install',
            '--require-hashes',
            '--no-deps',
            '--no-cache-dir',
            '--no-input',
            '--target',
            draft,
            '-r',
            text,
          ],
          environment: { ...inheritedEnvironment(), TMPDIR: temporary, PIP_ROOT_USER_ACTION: 'ignore' },
          purpose: 'fetching Spark with pip',
        });
        rmSync(temporary, { recursive: true, force: true });
        const wanted = ['io.delta:delta-spark_4.2_2.13:4.4.0', 'io.delta:delta-storage:4.4.0'] as const;
        const jars = join(draft, 'delta');
        mkdirSync(jars);
        await mavenCopy(
          { title: 'Delta for Spark', wanted, transitive: false, jars: deltaJars, downloadBytes: 9_600_000 },
          jars,
          report,
        );
      },
    },
    cacheFolder(settings.cacheDir),
    () => undefined,
  );
  const jars = Object.keys(deltaJars)
    .map((name) => join(home, 'delta', name))
    .join(',');
  return (tables, folder) => {
    const { stdout, stderr, status } = spawnSync(python.path, ['-c', script], {
      cwd: folder,
      input: JSON.stringify({ tables, jars, folder }),
      env: { ...inheritedEnvironment(), PYTHONPATH: home, PYSPARK_PYTHON: python.path },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`Spark: ${stderr.slice(-4_000)}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };
}
