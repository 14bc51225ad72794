import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import type { OnProgress } from '../progress.ts';
import { fetchSpark } from '../spark.ts';
import { StackError } from '../stack-error.ts';
import { dbfsClasses } from './dbfs-classes.ts';
import type { ClusterState, NotebookEnd, NotebookEngine, NotebookHost, NotebookOrder } from './engine.ts';
import { startNotebookChild, type NotebookChild, type NotebookQuestion } from './notebook-child.ts';
import { startSparkDriver, type SparkDriver } from './spark-driver.ts';
import type { SparkPlace } from './spark-place.ts';

/** What becomes of streams that do not end by themselves, when the notebook is at its end. */
export interface StreamEnd {
  /** `wait`: the run goes on until somebody cancels it, as on Databricks. `drain`: they process what there is and are stopped. */
  readonly mode: 'drain' | 'wait';
  /** How long a stream to which data still comes is drained. */
  readonly drainSeconds: number;
}

/** Where the engine keeps things, and what it reaches. */
export interface SparkEngineOptions {
  /** Metastore, mounts, logs of the driver, temporary files. One engine at a time. */
  readonly stateDir: string;
  /** What `dbfs:/` is on disk. */
  readonly dbfsDir: string;
  /** The folder `stack/databricks` of the sources, with the Python and Java of the runner in `spark/`. */
  readonly sources: string;
  readonly host: NotebookHost;
  readonly s3: Settings['s3'];
  readonly cacheDir?: string;
  /** Takes the progress of fetching Spark. */
  readonly onProgress?: OnProgress;
  /** Processes that wait for a run, ready. */
  readonly readyChildren?: number;
  /** Heap of the driver's JVM. */
  readonly memory?: string;
  readonly streams?: StreamEnd;
  /** Settings of Spark over ours. */
  readonly conf?: Readonly<Record<string, string>>;
}

/** A run that takes its child's place among its driver's. */
interface Seat {
  readonly run: string;
  readonly child: NotebookChild;
  readonly folder: string;
}

/** A driver with the children that are attached to it. */
interface Cluster {
  readonly driver: SparkDriver;
  readonly ready: Seat[];
}

/**
 * Runs notebooks with Spark: one driver for all clusters, started by the first run or by startCluster, and a process of its own
 * for each run, however many there are. Spark is fetched when it is not in the cache. Everything ends with this process.
 */
export function createSparkEngine(options: SparkEngineOptions): NotebookEngine {
  const { stateDir, host, readyChildren = 2, streams = { mode: 'drain', drainSeconds: 60 } } = options;
  const logPath = join(stateDir, 'driver.log');
  let cluster: Promise<Cluster> | undefined;
  let state: ClusterState = 'TERMINATED';
  let seats = 0;
  let place: SparkPlace | undefined;
  const children = new Set<NotebookChild>();
  const closing = new AbortController();
  const closed = (): boolean => closing.signal.aborted;
  /** What a run, or a part of it, listens to: its own end, and that of the engine. */
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal]);
  /** How a run ends that is told to. */
  const stopped = (): NotebookEnd => {
    if (closed()) throw new StackError('the engine was closed');
    return { state: 'canceled' };
  };

  const start = async (): Promise<Cluster> => {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const { cacheDir, onProgress, sources, dbfsDir, s3, memory = '1g', conf = {} } = options;
    const spark = await fetchSpark({
      ...(cacheDir === undefined ? {} : { cacheDir }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    const classes = await dbfsClasses(join(sources, 'spark'), spark, cacheDir);
    // A driver that was killed may take a moment to be gone.
    rmSync(join(stateDir, 'tmp'), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    keepPrevious(logPath);
    place = { spark, classes, sources, stateDir, dbfsDir, s3, memory, conf };
    const driver = await startSparkDriver(place, logPath);
    const started: Cluster = { driver, ready: [] };
    driver.loss.catch(async () => {
      state = 'TERMINATED';
      cluster = undefined;
      await Promise.all(started.ready.splice(0).map(({ child }) => child.kill()));
    });
    if (closed()) {
      await driver.stop();
      throw new StackError('the engine was closed');
    }
    state = 'RUNNING';
    refill(started);
    return started;
  };

  const attached = (): Promise<Cluster> => {
    if (closed()) return Promise.reject(new StackError('the engine is closed'));
    if (cluster === undefined) {
      state = 'PENDING';
      cluster = start();
      cluster.catch(() => {
        state = 'TERMINATED';
        cluster = undefined;
      });
    }
    return cluster;
  };

  const newSeat = ({ driver }: Cluster): Seat => {
    if (place === undefined) throw new TypeError('a driver has a place');
    const run = `run-${(seats += 1)}`;
    const folder = join(stateDir, 'tmp', run);
    mkdirSync(folder, { recursive: true });
    const child = startNotebookChild(place, folder, logPath, driver.open(run));
    children.add(child);
    void child.end.then(() => children.delete(child));
    return { run, folder, child };
  };

  const refill = (to: Cluster): void => {
    if (closed() || to.driver.lost()) return;
    while (to.ready.length < readyChildren) {
      const seat = newSeat(to);
      to.ready.push(seat);
      void seat.child.end.then(() => {
        const at = to.ready.indexOf(seat);
        if (at >= 0) to.ready.splice(at, 1);
      });
    }
  };

  /** Ends what a run left: its process, then what it did in the JVM. */
  const leave = async ({ driver }: Cluster, { child, run, folder }: Seat): Promise<void> => {
    await child.kill();
    const session = await child.ready.catch(() => undefined);
    // A driver that is being closed takes everything with it.
    if (!closed() && !driver.lost()) await driver.close(run, session === undefined ? [] : [session]);
    rmSync(folder, { recursive: true, force: true });
  };

  const runOn = async (
    to: Cluster,
    order: NotebookOrder,
    signal: AbortSignal,
    label?: string,
  ): Promise<NotebookEnd> => {
    const seat = to.ready.shift() ?? newSeat(to);
    let end: NotebookEnd | undefined;
    try {
      end = await Promise.race([
        onceAborted(until(signal)).then(stopped),
        to.driver.loss,
        work(to, seat, order, signal, label),
      ]);
    } finally {
      await leave(to, seat);
    }
    if (end.state === 'failed') await to.driver.ping();
    return end;
  };

  const work = async (
    to: Cluster,
    { child, run }: Seat,
    order: NotebookOrder,
    signal: AbortSignal,
    label: string | undefined,
  ): Promise<NotebookEnd> => {
    await child.ready;
    const { runId, notebookPath, notebookFile, parameters, clusterId, userName, libraries, logFile } = order;
    const end = await child.run(
      {
        runId,
        notebookPath,
        notebookFile,
        parameters,
        clusterId,
        userName,
        libraries,
        logFile,
        label,
        streams,
        dbfsRoot: options.dbfsDir,
        group: run,
        // Runs share the cores fairly. Pools are never forgotten, so there are few.
        pool: `pool-${runId % 8}`,
      },
      (question) => answer(to, question, order, signal),
    );
    if (end !== undefined) return end;
    const how = await child.end;
    return {
      state: 'failed',
      error: 'Fatal error: The Python kernel is unresponsive.',
      trace: `The Python process of the notebook ended (${how}). It may have run out of memory, or ended itself.`,
      cell: undefined,
    };
  };

  const answer = (
    to: Cluster,
    question: NotebookQuestion,
    order: NotebookOrder,
    signal: AbortSignal,
  ): Promise<unknown> => {
    if (question.what === 'notebook') return host.findNotebook(question.path);
    if (question.what === 'secret') return host.secret(question.scope, question.key);
    if (question.what === 'secretKeys') return host.secretKeys();
    return runInner(to, question, order, signal);
  };

  /** `dbutils.notebook.run`: in a process of its own, for as long as it may. */
  const runInner = async (
    to: Cluster,
    { path, timeoutSeconds, parameters }: Extract<NotebookQuestion, { what: 'run' }>,
    order: NotebookOrder,
    signal: AbortSignal,
  ): Promise<NotebookEnd | { readonly state: 'timedout' }> => {
    const file = await host.findNotebook(path);
    if (file === undefined) {
      return { state: 'failed', error: `Notebook not found: ${path}`, trace: '', cell: undefined };
    }
    const limit = timeoutSeconds > 0 ? AbortSignal.timeout(timeoutSeconds * 1_000) : undefined;
    const both = limit === undefined ? signal : AbortSignal.any([signal, limit]);
    const inner = { ...order, notebookPath: path, notebookFile: file, parameters, libraries: [] };
    const end = await runOn(to, inner, both, path);
    return end.state === 'canceled' && limit?.aborted === true ? { state: 'timedout' } : end;
  };

  return {
    run: async (order, signal) => {
      const to = await Promise.race([attached(), onceAborted(until(signal))]);
      if (to === undefined) return stopped();
      try {
        return await runOn(to, order, signal);
      } finally {
        refill(to);
      }
    },
    clusterState: () => state,
    startCluster: async () => {
      await attached();
    },
    close: async () => {
      closing.abort();
      const last = await cluster?.catch(() => undefined);
      if (last === undefined) return;
      await Promise.all([...children].map((child) => child.kill()));
      await last.driver.stop();
    },
  };
}

/** Resolves when a signal is aborted, at once when it is. */
function onceAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function keepPrevious(path: string): void {
  try {
    renameSync(path, path.replace(/\.log$/, '.previous.log'));
  } catch {
    // There was none.
  }
}
