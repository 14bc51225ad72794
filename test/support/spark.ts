import { spawnSync } from 'node:child_process';
import { inheritedEnvironment } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import { fetchSpark } from '../../stack/spark.ts';

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

/** Makes a reader of Delta tables: Spark itself, fetched once into the cache (it is large, and takes a minute or two). */
export async function spark(
  settings: Settings,
): Promise<(tables: Readonly<Record<string, SparkOrder>>, folder: string) => Readonly<Record<string, SparkTable>>> {
  const { cacheDir } = settings;
  const { python, pythonPath, jars } = await fetchSpark(cacheDir === undefined ? {} : { cacheDir });
  return (tables, folder) => {
    const { stdout, stderr, status } = spawnSync(python, ['-c', script], {
      cwd: folder,
      input: JSON.stringify({ tables, jars: jars.join(','), folder }),
      env: { ...inheritedEnvironment(), PYTHONPATH: pythonPath, PYSPARK_PYTHON: python },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`Spark: ${stderr.slice(-4_000)}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };
}
