import { join } from 'node:path';
import type { NotebookEngine, NotebookHost } from './engine.ts';
import { lazyEngine } from './lazy-engine.ts';
import { scriptedEngine } from './scripted-engine.ts';
import type { ServerSettings } from './server-settings.ts';
import { createSparkEngine } from './spark-engine.ts';
import { stackSettings } from './stack-settings.ts';

/** The engine that the settings name. Spark is started by the first run, or by clusters/start, and stays warm. */
export function makeEngine(settings: ServerSettings, host: NotebookHost): NotebookEngine {
  if (settings.DATABRICKS_LOCAL_ENGINE === 'scripted') return scriptedEngine();
  const { DATABRICKS_LOCAL_CHECKOUT: checkout, DATABRICKS_LOCAL_STATE: stateDir } = settings;
  if (checkout === undefined || stateDir === undefined) {
    throw new Error('databricks-local cannot start: Spark needs DATABRICKS_LOCAL_CHECKOUT and DATABRICKS_LOCAL_STATE');
  }
  const folder = settings.DATABRICKS_LOCAL_FOLDER;
  return lazyEngine(() => {
    const { s3, cacheDir } = stackSettings(stateDir);
    return createSparkEngine({
      stateDir: join(folder, 'spark'),
      dbfsDir: join(folder, 'dbfs'),
      sources: join(checkout, 'stack', 'databricks'),
      host,
      s3,
      ...(cacheDir === undefined ? {} : { cacheDir }),
      onProgress: ({ text }) => process.stdout.write(`${text}\n`),
    });
  });
}
