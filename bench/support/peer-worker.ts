import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bundleWorkflows, controlEntry } from '../../workers/bundle.ts';
import { controlActivities } from '../../workers/composition.ts';
import { createStoredValues } from '../../activities/s3/stored-values.ts';
import { createAssetLog } from '../../activities/s3/asset-log.ts';
import { createRunLedger } from '../../activities/s3/run-ledger.ts';
import { createBackfillPlans } from '../../activities/s3/backfill-plans.ts';
import { createRunFinder } from '../../activities/temporal/run-finder.ts';
import { createSlotRuns } from '../../activities/temporal/slot-runs.ts';
import { createDagControl } from '../../activities/temporal/dag-control.ts';
import { createAssetControl } from '../../activities/temporal/asset-control.ts';
import { createPoolControl } from '../../activities/temporal/pool-control.ts';
import { activitySlots, roleQueue } from '../../workers/roles.ts';
import { createWorkers, runWorkers } from '../../workers/worker.ts';
import { memoryStore } from './memory-store.ts';
import { bundlesFolder } from './peer-process.ts';

// A worker process of the benchmark, of its own so that its CPU is its own. Told: address, namespace, which kind, stem of
// its queues. Answers 'cpu' with the CPU that it has used, and says when a task hangs in it.
const [address = '', namespace = '', kind = '', taskQueue = ''] = process.argv.slice(2);
const folder = dirname(dirname(import.meta.dirname));
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger });
const connection = await NativeConnection.connect({ address });

const io = {
  mark: async (_text: string): Promise<number> => Date.now(),
  hangOnce: async (): Promise<number> => {
    if (Context.current().info.attempt > 1) return Date.now();
    process.send?.('hangs');
    return new Promise<never>(() => {});
  },
};

async function plainWorkers(): Promise<readonly Worker[]> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'peer-plain.ts'),
    logger,
  });
  const own = { activities: io, maxConcurrentActivityTaskExecutions: activitySlots.io };
  const oneQueue = kind === 'plain on one queue';
  return Promise.all([
    // Activities only there: a poller for activities that never come would be a cost of plain's alone.
    Worker.create({
      connection,
      namespace,
      taskQueue: roleQueue(taskQueue, 'orchestration'),
      workflowBundle,
      ...(oneQueue && own),
    }),
    ...(oneQueue ? [] : [Worker.create({ connection, namespace, taskQueue: roleQueue(taskQueue, 'io'), ...own })]),
  ]);
}

/** As a build has them: the worker that follows one that was killed would else make its bundles for seconds before it polls. */
async function bundled(name: string, entry: string): Promise<{ readonly codePath: string }> {
  const codePath = join(bundlesFolder, `${name}.js`);
  if (!existsSync(codePath)) {
    const { code } = await bundleWorkflows({ folder, entry, logger });
    mkdirSync(bundlesFolder, { recursive: true });
    writeFileSync(codePath, code);
  }
  return { codePath };
}

async function dagWorkers(): Promise<readonly Worker[]> {
  const client = new Client({ connection, namespace });
  const store = memoryStore();
  return createWorkers({
    connection,
    namespace,
    taskQueue,
    roles: ['orchestration', 'io'],
    values: (place, signal) => createStoredValues(store, place, signal),
    bundles: {
      runs: await bundled('runs', 'bench/support/peer-dags'),
      control: await bundled('control', controlEntry),
    },
    activities: {
      io,
      engine: {},
      control: controlActivities({
        renewSchedules: () => Promise.resolve({ knownUntil: {} }),
        control: createDagControl({
          client,
          installation: taskQueue,
          taskQueue: roleQueue(taskQueue, 'control'),
          runQueue: roleQueue(taskQueue, 'orchestration'),
        }),
        assets: createAssetControl({
          client: new Client({ connection, namespace }),
          installation: taskQueue,
          taskQueue: roleQueue(taskQueue, 'control'),
          runQueue: roleQueue(taskQueue, 'orchestration'),
        }),
        assetLog: createAssetLog(store),
        pools: createPoolControl({
          client: new Client({ connection, namespace }),
          installation: taskQueue,
          taskQueue: roleQueue(taskQueue, 'control'),
        }),
        ledger: createRunLedger(store),
        slots: createSlotRuns({ client, runQueue: roleQueue(taskQueue, 'orchestration') }),
        plans: createBackfillPlans(store),
        finder: createRunFinder(client),
      }),
    },
  });
}

const workers = await (kind.startsWith('plain') ? plainWorkers() : dagWorkers());
const stop = new AbortController();
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
process.once('disconnect', () => stop.abort());
const running = runWorkers(workers, stop.signal);
process.send?.('ready');
await running;
await connection.close();
