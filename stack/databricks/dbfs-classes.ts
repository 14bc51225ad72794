import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, inheritedEnvironment } from '../../config/environment.ts';
import { obtain } from '../fetch/cache.ts';
import type { Spark } from '../spark.ts';
import { runTool } from '../tethered-process.ts';

/** Folder of the classes of DBFS and S3, compiled once for each version of their sources. Throws StackError where there is no compiler. */
export async function dbfsClasses(sources: string, spark: Spark, cacheDir: string | undefined): Promise<string> {
  const files = readdirSync(sources).filter((name) => name.endsWith('.java'));
  const hash = createHash('sha256');
  for (const name of files.toSorted()) hash.update(readFileSync(join(sources, name)));
  const hadoop = readdirSync(join(spark.pythonPath, 'pyspark', 'jars')).find((name) =>
    /^hadoop-client-api-.*\.jar$/.test(name),
  );
  return await obtain(
    {
      cacheKey: `dbfs-${hash.digest('hex').slice(0, 12)}`,
      downloadBytes: 0,
      diskBytes: 20_000,
      fetchWith: ['java'],
      fetch: async (folder) => {
        await runTool({
          command: spark.java,
          args: ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '--release', '17', '-d', folder]
            .concat('-cp', [join(spark.pythonPath, 'pyspark', 'jars', hadoop ?? ''), ...spark.jars].join(':'))
            .concat(files.map((name) => join(sources, name))),
          environment: inheritedEnvironment(),
          purpose: 'compiling the file systems of notebooks, which needs a JDK and not only a JRE,',
        });
      },
    },
    cacheFolder(cacheDir),
    () => {},
  );
}
