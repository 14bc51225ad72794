import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '@temporalio/client';
import { DefaultLogger, type NativeConnection, type Worker } from '@temporalio/worker';
import { createAssetLog } from '../../activities/s3/asset-log.ts';
import { createBackfillPlans } from '../../activities/s3/backfill-plans.ts';
import { createRunLedger } from '../../activities/s3/run-ledger.ts';
import { createStoredValues } from '../../activities/s3/stored-values.ts';
import type { ObjectStore } from '../../activities/shared/object-store.ts';
import { createAssetControl } from '../../activities/temporal/asset-control.ts';
import { createDagControl } from '../../activities/temporal/dag-control.ts';
import { createPoolControl } from '../../activities/temporal/pool-control.ts';
import { createRunFinder } from '../../activities/temporal/run-finder.ts';
import { createSlotRuns } from '../../activities/temporal/slot-runs.ts';
import { bundleWorkflows, controlEntry } from '../../workers/bundle.ts';
import { controlActivities } from '../../workers/composition.ts';
import { roleQueue } from '../../workers/roles.ts';
import { createWorkers } from '../../workers/worker.ts';

/** What the workers of a benchmark are made of. */
export interface BenchWorkers {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Stem of their queues. */
  readonly taskQueue: string;
  /** Where the ledger is. */
  readonly store: ObjectStore;
  /** Where bundles are kept, and the module whose DAGs run, without extension. */
  readonly bundles: { readonly folder: string; readonly entry: string };
  readonly io: object;
}

/** Workers of the roles orchestration and io for a benchmark's DAGs, as a worker process has them. */
export async function benchWorkers(options: BenchWorkers): Promise<readonly Worker[]> {
  const { connection, namespace, taskQueue, store, bundles, io } = options;
  const client = new Client({ connection, namespace });
  const queues = {
    client,
    installation: taskQueue,
    taskQueue: roleQueue(taskQueue, 'control'),
    runQueue: roleQueue(taskQueue, 'orchestration'),
  };
  return createWorkers({
    connection,
    namespace,
    taskQueue,
    roles: ['orchestration', 'io'],
    values: (place, signal) => createStoredValues(store, place, signal),
    bundles: {
      runs: await bundled(bundles.folder, 'runs', bundles.entry),
      control: await bundled(bundles.folder, 'control', controlEntry),
    },
    activities: {
      io,
      engine: {},
      control: controlActivities({
        renewSchedules: () => Promise.resolve({ knownUntil: {} }),
        control: createDagControl(queues),
        assets: createAssetControl(queues),
        assetLog: createAssetLog(store),
        pools: createPoolControl(queues),
        ledger: createRunLedger(store),
        slots: createSlotRuns(queues),
        plans: createBackfillPlans(store),
        finder: createRunFinder(client),
      }),
    },
  });
}

/** As a build has them: the worker that follows one that was killed would else make its bundles for seconds before it polls. */
async function bundled(folder: string, name: string, entry: string): Promise<{ readonly codePath: string }> {
  const codePath = join(folder, `${name}.js`);
  if (!existsSync(codePath)) {
    const checkout = dirname(dirname(import.meta.dirname));
    const { code } = await bundleWorkflows({ folder: checkout, entry, logger: new DefaultLogger('ERROR') });
    mkdirSync(folder, { recursive: true });
    writeFileSync(codePath, code);
  }
  return { codePath };
}
