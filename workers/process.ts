import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import { AdapterError } from '../activities/shared/adapter-error.ts';
import { SettingsError } from '../config/settings-error.ts';
import type { Settings } from '../config/settings.ts';
import type { StepLog } from '../activities/shared/step-context.ts';
import type { Composition } from './composition.ts';
import { connectionOptions } from './connection.ts';
import { createLog, temporalLogger, type ProcessLog } from './logging.ts';
import { namespaceProblems, type RequiredAttribute } from './namespace-check.ts';
import type { WorkerRole } from './roles.ts';
import { setupExitCode, TemporalAwayError, WorkerStartError } from './start-error.ts';
import { createWorkers, forceTime, graceTime, runWorkers, type WorkflowBundles } from './worker.ts';

/** One worker process. */
export interface WorkerProcessOptions {
  readonly settings: Settings;
  readonly roles: readonly WorkerRole[];
  readonly queues: readonly (string | null)[];
  /** Search attributes that runs write. */
  readonly searchAttributes: readonly RequiredAttribute[];
  /** Given the process's log, for what is not about one activity. */
  readonly compose: (log: Pick<StepLog, 'warn'>, client: Client) => Composition;
  /** Called when it is needed, since bundling from source takes seconds. */
  readonly bundles: () => Promise<WorkflowBundles>;
  /** Called once, when the worker polls. */
  readonly onReady: () => void;
  /** Drain when it aborts. */
  readonly stop: AbortSignal;
}

/** Exit codes: drained; a fatal error, which a new start may mend; a set-up that it cannot. */
export type WorkerExitCode = 0 | 1 | typeof setupExitCode;

/** How long closing connections may take once the workers have ended. */
const closeTime = 5_000;

/**
 * Runs a worker from its checks to its drain. Never throws: what happened is in the log and in the exit code. The caller
 * ends the process with it, since the SDK may keep something alive after a fatal error.
 */
export async function runWorkerProcess(options: WorkerProcessOptions): Promise<WorkerExitCode> {
  const { settings, roles, stop } = options;
  const processLog = createLog(settings.log);
  const { log } = processLog;
  Runtime.install({
    logger: temporalLogger(log),
    // Signals are ours: see the caller.
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
  // A drain that hangs must not keep the process: the next one is to take over.
  let doom: NodeJS.Timeout | undefined;
  const limit = (): void => {
    log.info({ graceTime, forceTime }, 'draining: no new work is taken');
    doom = setTimeout(() => {
      log.fatal('the drain did not end in time; exiting');
      process.exit(1);
    }, forceTime + closeTime);
  };
  stop.addEventListener('abort', limit, { once: true });
  try {
    await runChecked(options, processLog);
    log.info('drained');
    return 0;
  } catch (error) {
    // Settings have parts that only show when they are used: a certificate that is not where it should be.
    if (error instanceof WorkerStartError || error instanceof SettingsError) {
      log.fatal(error.message);
      return setupExitCode;
    }
    if (error instanceof TemporalAwayError) {
      log.fatal({ reason: String(error.cause) }, error.message);
      return 1;
    }
    log.fatal({ err: error, roles }, `the worker failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    clearTimeout(doom);
    stop.removeEventListener('abort', limit);
  }
}

async function runChecked(options: WorkerProcessOptions, { log, keepTries }: ProcessLog): Promise<void> {
  const { settings, roles, queues, searchAttributes } = options;
  const { namespace, address } = settings.temporal;
  const connection = await connect(settings.temporal);
  const composition = composed(options, log, new Client({ connection, namespace }));
  keepTries(composition.tryLogs);
  try {
    const problems = [
      ...(await namespaceProblems(connection, namespace, searchAttributes)),
      ...(await composition.problems()),
    ];
    if (problems.length > 0) throw new WorkerStartError(problems);
    const workers = await createWorkers({
      connection,
      namespace,
      taskQueue: settings.taskQueue,
      buildId: settings.buildId,
      roles,
      queues,
      bundles: await options.bundles(),
      activities: composition.activities,
      values: composition.values,
    });
    log.info(
      { address, namespace, taskQueue: settings.taskQueue, buildId: settings.buildId, roles, queues },
      'worker starts',
    );
    const running = runWorkers(workers, options.stop);
    options.onReady();
    await running;
  } finally {
    await composition.close();
    await connection.close();
  }
}

async function connect(settings: Settings['temporal']): Promise<NativeConnection> {
  const options = await connectionOptions(settings);
  return await NativeConnection.connect(options).catch((cause: unknown) => {
    throw new TemporalAwayError(settings.address, cause);
  });
}

function composed({ compose }: WorkerProcessOptions, log: ProcessLog['log'], client: Client): Composition {
  try {
    return compose({ warn: (message, fields) => log.warn(fields, message) }, client);
  } catch (error) {
    // Nothing is connected to here, so it is the settings: a certificate that cannot be read, for example.
    if (error instanceof AdapterError) throw new WorkerStartError([`${error.system}: ${error.message}`]);
    throw error;
  }
}
