import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { CleanResult, EmulateResult, LandResult } from '../../activities/steps/contract.ts';
import { inheritedEnvironment } from '../../config/environment.ts';
import { parseSettings, type Settings } from '../../config/settings.ts';
import { verifyLanding } from '../../scripts/commands/verify-landing.ts';
import { verifyTables } from '../../scripts/commands/verify-tables.ts';
import { setUpServers } from '../../scripts/server-setup.ts';
import { mappedResults, taskResult } from '../../scripts/task-results.ts';
import { openTemporal, type TemporalClient } from '../../scripts/temporal-client.ts';
import { startWorkerProcess, type WorkerProcess } from '../../scripts/worker-process.ts';
import { uniqueName } from '../support/stack.ts';

/** The checkout. */
const root = join(__dirname, '..', '..');

/** A pipeline of its own (user, bucket, task queues) with worker processes, on servers that others use as well. */
export interface Scene extends AsyncDisposable {
  readonly settings: Settings;
  readonly temporal: TemporalClient;
  /** Starts a worker process; `overrides` are variables for it alone. */
  worker(overrides?: Readonly<Record<string, string>>): Promise<WorkerProcess>;
  /** Starts a run of `pinterestDaily`. */
  run(params?: Readonly<Record<string, unknown>>, runId?: string): Promise<WorkflowHandle>;
  /** Proves from the bucket that nothing was lost and nothing is there twice. */
  expectWhole(): Promise<void>;
  /** Last lines of the workers' log, for a test that failed. */
  log(): Promise<string>;
}

/** Sets a scene on the servers of these variables. The source database must be seeded. */
export async function setScene(variables: Readonly<Record<string, string>>): Promise<Scene> {
  const user = uniqueName('bad');
  const own = { ...variables, TW_USER: user, TW_S3_BUCKET: `${user}-bucket`, TW_TASK_QUEUE: user };
  const settings = parseSettings(own);
  const folder = await mkdtemp(join(tmpdir(), 'tradewind-scene-'));
  const logPath = join(folder, 'worker.log');
  await setUpServers(settings, () => {});
  const temporal = await openTemporal(settings.temporal);
  const workers: WorkerProcess[] = [];
  return {
    settings,
    temporal,
    async worker(overrides = {}) {
      const environment = { ...inheritedEnvironment(), ...own, TW_WORK_DIR: folder, ...overrides };
      const worker = await startWorkerProcess({
        environment,
        logPath,
        entry: join(root, 'dist', 'scripts', 'main.js'),
      });
      workers.push(worker);
      return worker;
    },
    run: (params = {}, runId = uniqueName('run')) =>
      temporal.client.workflow.start('pinterestDaily', {
        workflowId: `${user}-${runId}`,
        taskQueue: `${user}-orchestration`,
        args: [params],
      }),
    async expectWhole() {
      const landing = await verifyLanding(settings, { bytes: true });
      expect(landing.chains.flatMap(({ problems }) => problems)).toEqual([]);
      const tables = await verifyTables(settings, { duckDbChild: join(root, 'dist/activities/duckdb/child.js') });
      expect(tables.tables.flatMap(({ problems }) => problems)).toEqual([]);
      expect(tables.tables.map(({ waiting }) => waiting)).toEqual([0, 0, 0]);
    },
    log: async () => (await readFile(logPath, 'utf8').catch(() => '')).slice(-8_000),
    async [Symbol.asyncDispose]() {
      for (const worker of workers) await worker.stop();
      await temporal[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a run of the batch did, for comparing it with what it was asked for. */
export interface RunFigures {
  readonly emulated: EmulateResult;
  readonly landed: readonly LandResult[];
  readonly cleaned: readonly CleanResult[];
}

/** Waits for a run that must succeed, and asks it what it did; a failure tells the workers' log. */
export async function figuresOf(scene: Scene, run: WorkflowHandle): Promise<RunFigures> {
  try {
    await run.result();
  } catch (error) {
    throw new Error(`the run failed; the workers' log ends with\n${await scene.log()}`, { cause: error });
  }
  const emulated = await taskResult<EmulateResult>(run, 'emulate');
  const landed = await mappedResults<LandResult>(run, 'land', 3);
  const cleaned = await mappedResults<CleanResult>(run, 'clean', 3);
  return { emulated, landed, cleaned };
}
