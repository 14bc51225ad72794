import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../config/environment.ts';

/** Kafka's own measuring tools, by their classes in `org.apache.kafka.tools`. */
export type KafkaTool = 'ProducerPerformance' | 'ConsumerPerformance';

/**
 * Runs one of Kafka's measuring tools from the jars that the local stack fetched, and gives what it printed. Throws when
 * the stack has never been up on this machine, or the tool failed.
 */
export async function runKafkaTool(tool: KafkaTool, args: readonly string[], signal: AbortSignal): Promise<string> {
  const cache = cacheFolder();
  const folder = readdirSync(cache)
    .filter((name) => /^kafka-\d+\.\d+\.\d+$/.test(name))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  if (folder === undefined) throw new Error(`there is no Kafka in ${cache}; run \`npx tw stack up\` once`);
  const classPath = join(cache, folder, '*');
  const { stdout } = await promisify(execFile)(
    'java',
    ['-Xmx512m', '-cp', classPath, `org.apache.kafka.tools.${tool}`, ...args],
    { signal, maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}
