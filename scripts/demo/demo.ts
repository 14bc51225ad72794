import { join } from 'node:path';
import { environmentWith } from '../../config/environment.ts';
import { serverNames } from '../../config/server-addresses.ts';
import { parseSettings } from '../../config/settings.ts';
import { givenSettings } from '../../stack/given-settings.ts';
import { progressPrinter } from '../../stack/progress-printer.ts';
import { usualPartNames, type PartName } from '../../stack/part-name.ts';
import { startStack, stopCompanions, type Stack } from '../../stack/stack.ts';
import { buildFolder, checkoutFolder } from '../build-folder.ts';
import { roleQueue } from '../../workers/roles.ts';
import { manualRunId } from '../start-run.ts';
import { openTemporal } from '../temporal-client.ts';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.ts';
import { whatWasBegunAgain } from './begun-again.ts';
import { deployToWorkspace } from './deploy-to-workspace.ts';
import { demoState, openDemoState } from './demo-state.ts';
import { collectOutcome } from './outcome.ts';
import { requireWritable, writeJson } from './json-file.ts';
import { prepare } from './prepare.ts';
import { createPrinter } from './printer.ts';
import { runBatch } from './run-batch.ts';
import { createSabotage } from './sabotage.ts';
import { createStopwatch } from './stopwatch.ts';
import { placesText } from './where-to-look.ts';
import { announce } from './announce.ts';

/** What the demo is asked for; `tw demo --help` says what each means. */
export interface DemoOptions {
  readonly posts?: number;
  readonly rows?: string;
  readonly keep?: boolean;
  readonly kill?: boolean;
  readonly fresh?: boolean;
  readonly json?: string;
  readonly databricks?: true;
}

const dagId = 'pinterestDaily';

/**
 * Runs the daily batch from nothing to answers. Returns only when the run succeeded and the proof of completeness holds;
 * throws otherwise. Stops whatever it started, however it ends, unless `keep` asks to leave it up after a success.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const watch = createStopwatch();
  const printer = createPrinter(process.stdout);
  const state = demoState(options);
  if (options.json !== undefined) await requireWritable(options.json);
  // First, since what is missing must not cost anybody the data that they have.
  const parts: readonly PartName[] = options.databricks ? [...usualPartNames, 'databricks'] : usualPartNames;
  await announce(state.folder, parts, printer);
  await openDemoState(state);

  let stack: Stack | undefined;
  let worker: WorkerProcess | undefined;
  const stopAll = async (): Promise<void> => {
    await worker?.stop();
    await stack?.stop();
  };
  const stopping = new AbortController();
  let starting: Promise<unknown> = Promise.resolve();
  const interrupt = (): void => {
    printer.heading('Stopping');
    stopping.abort();
    // A start that is under way ends what it has begun before it says so.
    void Promise.allSettled([starting])
      .then(stopAll)
      .finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    printer.heading('Servers');
    const start = watch.part('servers', () =>
      startStack({
        stateDir: state.folder,
        parts,
        checkout: checkoutFolder(),
        tether: true,
        onProgress: progressPrinter(process.stdout),
        stop: stopping.signal,
      }),
    );
    starting = start;
    stack = await start;
    const environment = environmentWith({ ...stack.settings, TW_STATE_DIR: state.folder });
    const settings = parseSettings({ ...givenSettings(), ...environment }, serverNames);

    printer.heading('Database, bucket, topics, worker');
    const rows = await watch.part('set-up', async () => {
      if (options.databricks) await deployToWorkspace(settings, printer);
      return await prepare(settings, options, printer);
    });
    const startWorker = (): Promise<WorkerProcess> =>
      startWorkerProcess({
        environment,
        logPath: join(state.logs, 'worker.log'),
        // Not the launcher, which would stop for a build when somebody edits a file right now.
        entry: join(buildFolder(), 'scripts', 'main.js'),
      });
    // One that an earlier demo left may run older code.
    await stopCompanions(state.folder);
    worker = await watch.part('worker', startWorker);
    printer.line(`worker ${worker.pid} polls its task queues; log: ${join(state.logs, 'worker.log')}`);

    printer.heading(`Run of ${dagId}`);
    await using temporal = await openTemporal(settings.temporal);
    const runId = manualRunId(dagId);
    const sabotage = createSabotage(async (running) => {
      const lost = worker?.pid;
      await worker?.kill();
      printer.line(`✂ ${clock()} killed worker ${lost} (SIGKILL) while ${running} ran`);
      worker = await startWorker();
      printer.line(
        `✂ ${clock()} worker ${worker.pid} polls, and gets what the other held once its heartbeats have stayed away for 10 s`,
      );
    });
    const batch = await watch.part('run', () =>
      Promise.race([
        sabotage.failed,
        runBatch(temporal.client, {
          dagId,
          runId,
          taskQueue: settings.taskQueue,
          print: printer.line,
          params: {
            ...(options.posts !== undefined && { posts: options.posts }),
            ...(rows !== undefined && { rows }),
            ...(options.databricks && { notebook: true }),
          },
          ...(options.kill === true && { onLook: sabotage.onLook }),
        }),
      ]),
    );
    if (options.kill === true) {
      await sabotage.done();
      const handle = temporal.client.workflow.getHandle(runId);
      printer.line(`✂ ${clock()} ${await whatWasBegunAgain(handle, worker.pid)}`);
    }
    printer.heading('Landing, proved from the bucket, and the eight answers');
    const outcome = await watch.part('proof', () =>
      collectOutcome(settings, { batch, runId, dagId, folder: state.folder, print: printer.text }),
    );
    printer.heading('Where to look');
    const places = {
      dagId,
      runId,
      taskQueue: roleQueue(settings.taskQueue, 'orchestration'),
      reportPath: outcome.reportPath,
      prefix: state.prefix,
      namespace: settings.temporal.namespace,
      bucket: settings.s3.bucket,
      uiUrl: settings.temporal.uiUrl ?? 'the Temporal UI:',
      endpoint: settings.s3.endpoint ?? 'AWS',
    };
    for (const line of placesText(places, options.keep === true)) printer.line(line);

    if (options.keep === true) {
      stack.keep({ worker: worker.pid });
      worker.release();
    } else {
      await watch.part('stop', stopAll);
    }
    const timings = watch.timings();
    printer.heading(
      `Time: ${Object.entries(timings)
        .map(([part, seconds]) => `${part} ${seconds} s`)
        .join(', ')}`,
    );
    if (options.json !== undefined)
      await writeJson(options.json, { answers: outcome.answers, rows: outcome.rows, timings });
  } catch (error) {
    await stopAll();
    if (stopping.signal.aborted) process.exit(130);
    throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Local time of day, for what happens at a moment: `14:13:24`. */
function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
