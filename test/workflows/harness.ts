import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { KeeperActivities } from '../../activities/steps/control-contract.ts';
import { createAssetLog } from '../../activities/s3/asset-log.ts';
import type { AssetLog } from '../../activities/shared/asset-log.ts';
import { createRunLedger } from '../../activities/s3/run-ledger.ts';
import { createStoredValues } from '../../activities/s3/stored-values.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { createBackfillPlans } from '../../activities/s3/backfill-plans.ts';
import type { ObjectStore } from '../../activities/shared/object-store.ts';
import { createSlotRuns } from '../../activities/temporal/slot-runs.ts';
import { createDagControl } from '../../activities/temporal/dag-control.ts';
import { createAssetControl } from '../../activities/temporal/asset-control.ts';
import { createRunFinder } from '../../activities/temporal/run-finder.ts';
import { createPoolControl } from '../../activities/temporal/pool-control.ts';
import type { RunLedger } from '../../activities/shared/run-ledger.ts';
import type { AssetControl, DagControl, PoolControl } from '../../activities/temporal/port.ts';
import { controlActivities } from '../../workers/composition.ts';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Connection, WorkflowFailedError, type Client } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  type LogEntry,
  type WorkflowBundle,
} from '@temporalio/worker';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { patientQueries } from '../support/patient-queries.ts';
import { testServerPath, testSettings, uniqueName } from '../support/stack.ts';
import { bundleFiles, bundleWorkflows } from '../../workers/bundle.ts';
import { workerRoles, type WorkerRole } from '../../workers/roles.ts';
import { createWorkers, runWorkers, type RoleActivities } from '../../workers/worker.ts';
import type { RunStatus, TaskStatus } from '../../workflows/engine/queries.ts';
import type { RunResult } from '../../workflows/engine/run-end.ts';
import { searchAttributeKeys } from '../../workflows/engine/search-attributes.ts';

/** The checkout. */
export const root = join(__dirname, '../..');

/** What the SDK and the code in it logged in this file, from `info` up. */
export const logged: LogEntry[] = [];

/** Keeps the SDK quiet; call it before anything of the SDK is made. */
export function collectLogs(): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', (entry) => logged.push(entry)),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}

/** Bundles the workflows of a module, with nothing said on the way. */
export function bundle(entry: string): Promise<WorkflowBundle> {
  return bundleWorkflows({ folder: root, entry, logger: new DefaultLogger('ERROR') });
}

/** Registers what runs write on a server that a test has for itself. */
async function registerSearchAttributes({ connection }: TestWorkflowEnvironment): Promise<void> {
  const own = Object.values(searchAttributeKeys).map(({ name }) => [name, 2] as const);
  await connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries([...own, ['TemporalScheduledStartTime', 6]]),
  });
}

/** Workers of every role on queues of their own. */
export interface Harness {
  /** Stem of the task queues. */
  readonly taskQueue: string;
  readonly client: Client;
  readonly start: (dagId: string, ...args: unknown[]) => Promise<WorkflowHandle>;
  readonly control: DagControl;
  readonly pools: PoolControl;
  readonly assets: AssetControl;
  readonly assetLog: AssetLog;
  readonly ledger: RunLedger;
  /** Where the ledger is. */
  readonly store: ObjectStore;
  readonly stop: () => Promise<void>;
}

/** Starts workers of every role with activities of the test's own; on another harness's queues where they are given. */
export async function startHarness(
  env: TestWorkflowEnvironment,
  options: {
    readonly bundle: WorkflowBundle;
    readonly activities: Omit<RoleActivities, 'control'>;
    readonly taskQueue?: string;
    /** Makes the workers a version of a deployment. */
    readonly buildId?: string;
    /** Which of them there are, and queues of tasks whose activities they run; all, and that of tasks which name none, by default. */
    readonly roles?: readonly WorkerRole[];
    readonly queues?: readonly (string | null)[];
    readonly renewSchedules?: KeeperActivities['renewSchedules'];
    /** Where the ledger is; one that all harnesses share by default. */
    readonly bucket?: string;
    /** Has the workers know the ledger as somebody else lets them: as one that is away, for example. */
    readonly ledgerOf?: (ledger: RunLedger) => RunLedger;
  },
): Promise<Harness> {
  const { taskQueue = uniqueName('harness'), bucket = 'harness' } = options;
  const { renewSchedules = () => Promise.resolve({ knownUntil: {} }) } = options;
  const store = createS3ObjectStore({ ...testSettings().s3, bucket });
  await store.ensureBucket();
  const ledger = createRunLedger(store);
  const known = options.ledgerOf?.(ledger) ?? ledger;
  const control = createDagControl({
    client: env.client,
    installation: taskQueue,
    taskQueue: `${taskQueue}-control`,
    runQueue: `${taskQueue}-orchestration`,
  });
  const slots = createSlotRuns({ client: env.client, runQueue: `${taskQueue}-orchestration` });
  const plans = createBackfillPlans(store);
  const assets = createAssetControl({
    client: env.client,
    installation: taskQueue,
    taskQueue: `${taskQueue}-control`,
    runQueue: `${taskQueue}-orchestration`,
  });
  const assetLog = createAssetLog(store);
  const pools = createPoolControl({ client: env.client, installation: taskQueue, taskQueue: `${taskQueue}-control` });
  const finder = createRunFinder(env.client);
  const workers = await createWorkers({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue,
    buildId: options.buildId,
    queues: options.queues,
    roles: options.roles ?? workerRoles,
    bundles: { runs: options.bundle, control: { codePath: join(root, 'dist', bundleFiles.control) } },
    values: (place, signal) => createStoredValues(store, place, signal),
    activities: {
      ...options.activities,
      control: controlActivities({
        control,
        pools,
        assets,
        assetLog,
        ledger: known,
        slots,
        plans,
        finder,
        renewSchedules,
      }),
    },
  });
  const drain = new AbortController();
  const running = runWorkers(workers, drain.signal);
  return {
    taskQueue,
    client: env.client,
    control,
    pools,
    assets,
    assetLog,
    ledger,
    store,
    start: (dagId, ...args) =>
      env.client.workflow.start(dagId, {
        workflowId: uniqueName(dagId),
        taskQueue: `${taskQueue}-orchestration`,
        args,
      }),
    stop: async () => {
      drain.abort();
      await running;
      store.close();
    },
  };
}

/** Where a stage's ledger is and how its workers know it, which queues of tasks they serve, and how they renew Schedules. */
type StageOptions = Pick<Parameters<typeof startHarness>[1], 'bucket' | 'ledgerOf' | 'queues' | 'renewSchedules'>;

/** A harness on a server that is taken down with it. */
export interface Stage {
  readonly harness: Harness;
  /** Lets that much of the server's time go by. */
  readonly sleep: TestWorkflowEnvironment['sleep'];
  readonly end: () => Promise<void>;
}

/** Workers for the DAGs of a module on a server of their own, which skips the time that nothing happens in. */
export async function skippingTime(entry: string, io: object, options: StageOptions = {}): Promise<Stage> {
  collectLogs();
  const [env, code] = await Promise.all([
    TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: testServerPath() } },
    }),
    bundle(entry),
  ]);
  await registerSearchAttributes(env);
  return stageOn(env, code, io, options);
}

/** Workers for the DAGs of a module in a namespace of their own on the shared server. */
export async function onRealServer(entry: string, io: object, options: StageOptions = {}): Promise<Stage> {
  collectLogs();
  const { address } = testSettings().temporal;
  const namespace = uniqueName('stage');
  const connection = await Connection.connect({ address });
  const [code] = await Promise.all([bundle(entry), ensureNamespace(connection, { namespace, retentionDays: 1 })]);
  await connection.close();
  const client = { interceptors: { workflow: [patientQueries] } };
  const env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace, client });
  return stageOn(env, code, io, options);
}

async function stageOn(
  env: TestWorkflowEnvironment,
  code: WorkflowBundle,
  io: object,
  options: StageOptions = {},
): Promise<Stage> {
  const harness = await startHarness(env, { bundle: code, activities: { io, engine: io }, ...options });
  return {
    harness,
    sleep: (duration) => env.sleep(duration),
    end: async () => {
      await harness.stop();
      await env.teardown();
    },
  };
}

/** How a run ended: its states, and the failure's type and message when it failed. */
export async function endOf(handle: WorkflowHandle): Promise<{
  readonly result: RunResult | undefined;
  readonly type: string | undefined;
  readonly message: string | undefined;
}> {
  try {
    return { result: (await handle.result()) as RunResult, type: undefined, message: undefined };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = error.cause as ApplicationFailure;
    const [details] = cause.details ?? [];
    return { result: details as RunResult | undefined, type: cause.type ?? cause.name, message: cause.message };
  }
}

/** One task instance of a run, as its query tells it. */
export async function taskOf(handle: WorkflowHandle, label: string): Promise<TaskStatus> {
  const { tasks } = await handle.query<RunStatus>('states');
  const found = tasks.find((task) => task.label === label);
  if (found === undefined) throw new Error(`there is no task ${label}`);
  return found;
}

/** The search attributes of a run that are ours. */
export async function attributesOf(handle: WorkflowHandle): Promise<Readonly<Record<string, unknown>>> {
  const { typedSearchAttributes } = await handle.describe();
  return Object.fromEntries(
    Object.entries(searchAttributeKeys).map(([name, key]) => [name, typedSearchAttributes.get(key)]),
  );
}
