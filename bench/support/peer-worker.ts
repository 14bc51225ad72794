import { extname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activitySlots, roleQueue } from '../../workers/roles.ts';
import { benchWorkers } from './bench-workers.ts';
import { memoryStore } from './memory-store.ts';
import { bundlesFolder } from './peer-process.ts';
import { runTethered } from './run-tethered.ts';

// A worker process of the benchmark, of its own so that its CPU is its own. Told: address, namespace, which kind, stem of
// its queues. Answers 'cpu' with the CPU that it has used, and says when a task hangs in it.
const [address = '', namespace = '', kind = '', taskQueue = ''] = process.argv.slice(2);
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
    workflowsPath: join(import.meta.dirname, `peer-plain${extname(import.meta.filename)}`),
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

function dagWorkers(): Promise<readonly Worker[]> {
  const store = memoryStore();
  const bundles = { folder: bundlesFolder, entry: 'bench/support/peer-dags' };
  return benchWorkers({ connection, namespace, taskQueue, store, bundles, io });
}

const workers = await (kind.startsWith('plain') ? plainWorkers() : dagWorkers());
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
await runTethered(workers, connection);
