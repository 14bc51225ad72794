import { createDatabricks } from '../activities/databricks/client.ts';
import { createDatabricksSteps } from '../activities/steps/databricks.ts';
import type { Client } from '@temporalio/client';
import { createDeltaTables } from '../activities/delta/delta-tables.ts';
import { createCheckpointCodec } from '../activities/duckdb/checkpoint-codec.ts';
import { createDuckDb } from '../activities/duckdb/engine.ts';
import { createKafka } from '../activities/kafka/kafka.ts';
import { createSourceDatabase } from '../activities/mysql/source-database.ts';
import { createNotifier } from '../activities/notify/notifier.ts';
import { createBackfillPlans } from '../activities/s3/backfill-plans.ts';
import { createLandingZone } from '../activities/s3/landing-zone.ts';
import { createS3ObjectStore } from '../activities/s3/s3-object-store.ts';
import { createStoredValues } from '../activities/s3/stored-values.ts';
import type { ValuesOf } from '../activities/shared/interceptor.ts';
import { createAssetLog } from '../activities/s3/asset-log.ts';
import { createRunLedger } from '../activities/s3/run-ledger.ts';
import { createTryLogKeeper } from '../activities/s3/try-log-keeper.ts';
import { AdapterError } from '../activities/shared/adapter-error.ts';
import { asActivity } from '../activities/shared/activity-context.ts';
import { createAnswer } from '../activities/steps/answer.ts';
import { createClean } from '../activities/steps/clean.ts';
import type { EngineActivities, IoActivities } from '../activities/steps/contract.ts';
import type {
  BackfillActivities,
  ControlActivities,
  ControllerActivities,
  KeeperActivities,
  RunWaits,
} from '../activities/steps/control-contract.ts';
import { createBackfill, type BackfillPorts } from '../activities/steps/backfill.ts';
import { createControl, type ControlPorts } from '../activities/steps/control.ts';
import { createEmulate } from '../activities/steps/emulate.ts';
import { createFindDagRuns } from '../activities/steps/find-dag-runs.ts';
import { createFindObjects } from '../activities/steps/find-objects.ts';
import { createFindOffsets } from '../activities/steps/find-offsets.ts';
import { createLandPartition } from '../activities/steps/land-partition.ts';
import { createNotify } from '../activities/steps/notify.ts';
import { createPlanLanding } from '../activities/steps/plan-landing.ts';
import { createReport } from '../activities/steps/report.ts';
import { createVerify } from '../activities/steps/verify.ts';
import type { ObjectStore } from '../activities/shared/object-store.ts';
import type { StepLog } from '../activities/shared/step-context.ts';
import type { TryLogs } from '../activities/shared/try-logs.ts';
import { createSlotRuns } from '../activities/temporal/slot-runs.ts';
import { createDagControl } from '../activities/temporal/dag-control.ts';
import { createAssetControl } from '../activities/temporal/asset-control.ts';
import { createPoolControl } from '../activities/temporal/pool-control.ts';
import { createRunFinder } from '../activities/temporal/run-finder.ts';
import { runUrl } from '../config/run-url.ts';
import type { Settings } from '../config/settings.ts';
import { roleQueue } from './roles.ts';

/** What the composition needs beside the settings. */
export interface CompositionOptions {
  readonly settings: Settings;
  /** Of the namespace that runs live in. */
  readonly client: Client;
  /** Names further moments to the Schedules that need it. */
  readonly renewSchedules: KeeperActivities['renewSchedules'];
  /** Compiled `activities/duckdb/child.js`. */
  readonly duckDbChild: string;
  /** For what is not about one activity. */
  readonly log: Pick<StepLog, 'warn'>;
}

/** A worker's activities and what they stand on. */
export interface Composition {
  readonly activities: {
    readonly io: IoActivities;
    readonly engine: EngineActivities;
    readonly control: EngineOwnActivities;
  };
  /** Where large values of an activity's run are. */
  readonly values: ValuesOf;
  /** Where each try's log is kept. */
  readonly tryLogs: TryLogs;
  /** What of the outside is not as activities need it, a sentence each. */
  readonly problems: () => Promise<readonly string[]>;
  /** Closes every connection. */
  readonly close: () => Promise<void>;
}

/**
 * Where the worker's adapters are made and handed to the steps. Making them connects to nothing: a server that is away
 * when a worker starts is an attempt's trouble, not the worker's.
 */
export function compose({ settings, client, renewSchedules, duckDbChild, log }: CompositionOptions): Composition {
  const { user, landing: limits } = settings;
  const { partitions, replicationFactor, retentionMs } = settings.kafka;
  const topics = { partitions, replicationFactor, retentionMs };
  const store = createS3ObjectStore(settings.s3);
  // Connections of their own, and little patience: logs take nothing from steps, and a drain does not wait for them.
  const logStore = createS3ObjectStore(settings.s3, { attempts: 2, connectMs: 2_000, idleMs: 5_000, answerMs: 5_000 });
  const tryLogs = createTryLogKeeper({ store: logStore, log });
  const zone = createLandingZone(store, { gzip: limits.gzip });
  const kafka = createKafka(settings.kafka);
  const notify = createNotify({
    notifier: createNotifier(settings.notify),
    urlOf: (runId) => runUrl(settings.temporal, runId),
  });
  const source = createSourceDatabase(settings.mysql);
  const databricks = settings.databricks && createDatabricks(settings.databricks);
  const notebooks = createDatabricksSteps({
    workspace: databricks,
    store,
    namespace: settings.temporal.namespace,
    clusterId: settings.databricks?.clusterId,
    place: { bucket: settings.s3.bucket, user },
  });
  const ledger = createRunLedger(store);
  const finder = createRunFinder(client);
  const runs = createFindDagRuns({ finder, ledger });
  const engine = createDuckDb({ ...settings.duckdb, workDir: settings.workDir, childPath: duckDbChild });
  const codec = createCheckpointCodec(engine);
  const tables = createDeltaTables({ store, prefix: 'tables/duckdb/', codec, log });
  const answers = createDeltaTables({ store, prefix: 'tables/answers/', codec, log });
  return {
    activities: {
      io: {
        emulate: asActivity(createEmulate({ source, kafka, store, user, topics })),
        planLanding: asActivity(createPlanLanding({ kafka, store, zone, user })),
        landPartition: asActivity(createLandPartition({ kafka, zone, user, limits })),
        report: asActivity(createReport({ store, now: () => new Date() })),
        findObjects: asActivity(createFindObjects({ store })),
        findOffsets: asActivity(createFindOffsets({ kafka, user })),
        findDagRuns: asActivity(runs.findDagRuns),
        findRunEnd: asActivity(runs.findRunEnd),
        placeNotebooks: asActivity(notebooks.placeNotebooks),
        startDatabricksRun: asActivity(notebooks.startDatabricksRun),
        findDatabricksEnd: asActivity(notebooks.findDatabricksEnd),
        cancelDatabricksRun: asActivity(notebooks.cancelDatabricksRun),
        repairDatabricksRun: asActivity(notebooks.repairDatabricksRun),
        notifyWebhook: asActivity(notify.webhook),
        notifySlack: asActivity(notify.slack),
        notifyEmail: asActivity(notify.email),
      },
      engine: {
        clean: asActivity(createClean({ landing: zone, tables, engine })),
        answer: asActivity(createAnswer({ store, tables, answers, engine })),
        verify: asActivity(createVerify({ landing: zone, tables, answers, store, engine })),
      },
      control: controlActivities({
        renewSchedules,
        control: createDagControl({
          client,
          installation: settings.taskQueue,
          taskQueue: roleQueue(settings.taskQueue, 'control'),
          runQueue: roleQueue(settings.taskQueue, 'orchestration'),
        }),
        assets: createAssetControl({
          client,
          installation: settings.taskQueue,
          taskQueue: roleQueue(settings.taskQueue, 'control'),
          runQueue: roleQueue(settings.taskQueue, 'orchestration'),
        }),
        assetLog: createAssetLog(store),
        pools: createPoolControl({
          client,
          installation: settings.taskQueue,
          taskQueue: roleQueue(settings.taskQueue, 'control'),
        }),
        ledger,
        finder,
        slots: createSlotRuns({ client, runQueue: roleQueue(settings.taskQueue, 'orchestration') }),
        plans: createBackfillPlans(store),
      }),
    },
    values: (place, signal) => createStoredValues(store, place, signal),
    tryLogs,
    problems: () => bucketProblems(store, settings.s3.bucket),
    close: async () => {
      await Promise.all([tryLogs.close(), kafka.close(), source.close()]);
      databricks?.close();
      store.close();
      logStore.close();
    },
  };
}

/** What runs, controllers, backfills and the keeper of Schedules do outside of their workflows. */
type EngineOwnActivities = ControlActivities & ControllerActivities & RunWaits & BackfillActivities & KeeperActivities;

/** The engine's own activities. */
export function controlActivities(
  ports: BackfillPorts & ControlPorts & Pick<KeeperActivities, 'renewSchedules'>,
): EngineOwnActivities {
  const steps = { ...createControl(ports), ...createBackfill(ports) };
  return {
    renewSchedules: ports.renewSchedules,
    startNext: asActivity(steps.startNext),
    requestTurn: asActivity(steps.requestTurn),
    takeSlots: asActivity(steps.takeSlots),
    askSlotsAgain: asActivity(steps.askSlotsAgain),
    giveSlots: asActivity(steps.giveSlots),
    untilPastIsDone: asActivity(steps.untilPastIsDone),
    tellAssets: asActivity(steps.tellAssets),
    recentDurations: asActivity(steps.recentDurations),
    closeRun: asActivity(steps.closeRun),
    endedAttempt: asActivity(steps.endedAttempt),
    keptTasks: asActivity(steps.keptTasks),
    keptResults: asActivity(steps.keptResults),
    keepPart: asActivity(steps.keepPart),
    partResults: asActivity(steps.partResults),
    untilSomeEnded: asActivity(steps.untilSomeEnded),
    setSchedulePaused: asActivity(steps.setSchedulePaused),
    backfillPage: asActivity(steps.backfillPage),
    advanceBackfill: asActivity(steps.advanceBackfill),
    dropQueuedRuns: asActivity(steps.dropQueuedRuns),
  };
}

/** A store that is away is weather, and no reason not to start: attempts deal with it. */
async function bucketProblems(store: ObjectStore, bucket: string): Promise<readonly string[]> {
  try {
    await store.list('checks/')[Symbol.asyncIterator]().next();
    return [];
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    return error.canRetry ? [] : [`the bucket ${bucket} cannot be used: ${error.message}`];
  }
}
