import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createDatabricks } from '../../activities/databricks/client.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { asActivity } from '../../activities/shared/activity-context.ts';
import { createDatabricksSteps } from '../../activities/steps/databricks.ts';
import { loadSettings } from '../../config/environment.ts';
import { benchWorkers } from './bench-workers.ts';
import { runTethered } from './run-tethered.ts';

// A worker process of the benchmark of notebooks, which is killed again and again. Told: the folder of its bundles. Its settings are those of
// its environment.
const [folder = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const { databricks: workspace, temporal, s3, taskQueue } = loadSettings(['temporal', 's3']);
if (workspace === undefined) throw new Error('DATABRICKS_HOST is not set');
const connection = await NativeConnection.connect({ address: temporal.address });
const { clusterId } = workspace;
const store = createS3ObjectStore(s3);
const place = { bucket: s3.bucket, user: 'bench' };
const steps = createDatabricksSteps({
  workspace: createDatabricks(workspace),
  store,
  namespace: temporal.namespace,
  clusterId,
  place,
});
const workers = await benchWorkers({
  connection,
  namespace: temporal.namespace,
  taskQueue,
  store,
  bundles: { folder, entry: 'bench/support/notebook-dags' },
  io: {
    startDatabricksRun: asActivity(steps.startDatabricksRun),
    findDatabricksEnd: asActivity(steps.findDatabricksEnd),
    cancelDatabricksRun: asActivity(steps.cancelDatabricksRun),
    repairDatabricksRun: asActivity(steps.repairDatabricksRun),
  },
});
await runTethered(workers, connection);
