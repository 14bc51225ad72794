import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { benchWorkers } from '../../bench/support/bench-workers.ts';
import { runTethered } from '../../bench/support/run-tethered.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { loadSettings } from '../../config/environment.ts';
import type { StormActivities } from './storm-dags.ts';

// A worker process that is killed again and again. Told: the folder of its bundles and of what it writes down. Its settings are those of its
// environment.
const [folder = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const { temporal, s3, taskQueue } = loadSettings(['temporal', 's3']);
const connection = await NativeConnection.connect({ address: temporal.address });

/** A line a call; short ones are appended whole. */
const writeDown = (line: string): void => appendFileSync(join(folder, 'log.txt'), `${line}\n`);
const pokes = new Map<string, number>();
const io: StormActivities = {
  work: async ({ what }) => {
    writeDown(`begin|${process.pid}|${Date.now()}|${what}`);
    await delay(100 + Math.random() * 400);
    writeDown(`end|${process.pid}|${Date.now()}|${what}`);
    return what;
  },
  found: async ({ what }) => {
    const asked = (pokes.get(what) ?? 0) + 1;
    pokes.set(what, asked);
    return asked >= 3;
  },
};
const workers = await benchWorkers({
  connection,
  namespace: temporal.namespace,
  taskQueue,
  store: createS3ObjectStore(s3),
  bundles: { folder, entry: 'test/bad-days/storm-dags' },
  io,
});
await runTethered(workers, connection);
