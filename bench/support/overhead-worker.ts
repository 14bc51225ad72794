import { dirname, join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activityInterceptors } from '../../activities/shared/interceptor.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';

// A worker process of the overhead benchmark, of its own so that its CPU is its own. Told: address, namespace, which
// chain, stem of its queues. Answers 'cpu' with the CPU that it has used.
const [address = '', namespace = '', kind = '', taskQueue = ''] = process.argv.slice(2);
const folder = dirname(dirname(import.meta.dirname));
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger });
const connection = await NativeConnection.connect({ address });
const plain = kind.startsWith('plain');
// Only there: a poller for activities that never come would be a cost of plain's alone.
const oneQueue = kind === 'plain on one queue';
const workflowBundle = plain
  ? await bundleWorkflowCode({ workflowsPath: join(import.meta.dirname, 'overhead-plain.ts'), logger })
  : await bundleWorkflows({ folder, entry: 'bench/support/overhead-dags', logger });
const activities = { echo: async (text: string): Promise<string> => text };
const common = { connection, namespace };
const queue = (role: string): { readonly taskQueue: string } => ({ taskQueue: `${taskQueue}-${role}` });
const interceptors = plain ? {} : { activity: [activityInterceptors] };
const workers = [
  await Worker.create({ ...common, ...queue('orchestration'), workflowBundle, ...(oneQueue && { activities }) }),
  await Worker.create({ ...common, ...queue('io'), activities, interceptors }),
];
const running = Promise.all(workers.map((worker) => worker.run()));
const stop = (): void => {
  for (const worker of workers) worker.shutdown();
};
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
process.once('disconnect', stop);
process.send?.('ready');
await running;
await connection.close();
