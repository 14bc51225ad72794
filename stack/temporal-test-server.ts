import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../config/environment.ts';
import { obtain } from './fetch/cache.ts';
import { mavenCopy } from './fetch/maven.ts';
import { testServerJars } from './parts/temporal-test-server-jars.ts';
import { requirePrerequisite } from './prerequisites.ts';
import type { OnProgress } from './progress.ts';

const version = '1.38.0';
const downloadBytes = 39_147_725;

/** Arguments are the test server's own: a port. */
const launcher = `#!/bin/sh
java=java
if [ -x "$JAVA_HOME/bin/java" ]; then java="$JAVA_HOME/bin/java"; fi
exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * The time-skipping Temporal server as an executable file, for tests: fetched when it is not in the cache. It needs Java.
 * It knows no schedules and no listing.
 */
export async function fetchTestServer(
  options: { readonly cacheDir?: string; readonly onProgress?: OnProgress } = {},
): Promise<string> {
  await requirePrerequisite('java', 'the time-skipping Temporal server');
  const folder = await obtain(
    {
      cacheKey: `temporal-test-server-${version}`,
      downloadBytes,
      diskBytes: downloadBytes,
      fetchWith: ['java', 'mvn'],
      fetch: async (draft, report) => {
        await mavenCopy(
          {
            title: 'the time-skipping Temporal server',
            wanted: [`io.temporal:temporal-test-server:${version}`],
            transitive: true,
            jars: testServerJars,
            downloadBytes,
          },
          draft,
          report,
        );
        const program = join(draft, 'temporal-test-server');
        writeFileSync(program, launcher);
        chmodSync(program, 0o755);
      },
    },
    cacheFolder(options.cacheDir),
    (text, bytes, totalBytes) =>
      options.onProgress?.({
        part: 'temporal-test-server',
        step: 'fetch',
        text,
        ...(bytes === undefined ? {} : { bytes }),
        ...(totalBytes === undefined ? {} : { totalBytes }),
      }),
  );
  return join(folder, 'temporal-test-server');
}
