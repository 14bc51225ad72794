import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { NotebookEnd, NotebookEngine, NotebookLogLine } from '../../../stack/databricks/engine.ts';
import { createSparkEngine, type SparkEngineOptions } from '../../../stack/databricks/spark-engine.ts';
import { ownStateDir } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

const notebooks = join(__dirname, 'notebooks');

/** A run that has ended. */
export interface SceneRun {
  readonly end: NotebookEnd;
  readonly log: readonly NotebookLogLine[];
  /** Milliseconds from asking for the run to its end. */
  readonly ms: number;
  /** Milliseconds from asking for the run to its first cell. */
  readonly toFirstCell: number;
}

/** A workspace, a bucket with landed data, and an engine on them. */
export interface SparkScene {
  readonly stateDir: string;
  readonly dbfsDir: string;
  readonly bucket: string;
  readonly engine: NotebookEngine;
  /** Closes the engine and makes another one on the same state. */
  readonly restart: () => Promise<void>;
  readonly run: (
    name: string,
    parameters?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
    libraries?: readonly string[],
  ) => Promise<SceneRun>;
  /** Runs a notebook of this source. */
  readonly source: (name: string, code: string, signal?: AbortSignal) => Promise<SceneRun>;
  /** What the newest run has logged so far. */
  readonly log: () => readonly NotebookLogLine[];
  /** Jobs and streams at work in the driver, whoever started them. */
  readonly activity: () => Promise<{ readonly jobs: number; readonly streams: number }>;
  readonly close: () => Promise<void>;
}

/** What the secret of the scope `course` is. */
export const courseSecret = 'wJalrXUtnFEMI';

/** Lays the notebooks beside this file into a workspace, and makes an engine that has started nothing yet. */
export async function sparkScene(options: Partial<SparkEngineOptions> = {}): Promise<SparkScene> {
  const root = ownStateDir();
  const dbfsDir = join(root, 'dbfs');
  const workspace = join(root, 'workspace', 'Users', 'ada');
  const { s3, cacheDir } = testSettings();
  const bucket = uniqueName('user-0a1b-bucket');
  for (const folder of [workspace, join(dbfsDir, 'FileStore', 'tables')]) mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(notebooks)) copyFileSync(join(notebooks, name), join(workspace, parse(name).name));
  appendFileSync(
    join(dbfsDir, 'FileStore', 'tables', 'authentication_credentials.csv'),
    'User name,Access key ID,Secret access key\nada,AKIAEXAMPLE,ab/cd+EF==\n',
  );
  await land({ ...s3, bucket });
  const make = (): NotebookEngine =>
    createSparkEngine({
      stateDir: join(root, 'spark'),
      dbfsDir,
      sources: join(__dirname, '../../../stack/databricks'),
      host: {
        findNotebook: (path) => {
          const file = join(root, 'workspace', path);
          return Promise.resolve(existsSync(file) ? file : undefined);
        },
        secret: (scope, key) => Promise.resolve(scope === 'course' && key === 'aws' ? courseSecret : undefined),
        secretKeys: () => Promise.resolve({ course: ['aws'] }),
      },
      s3,
      ...(cacheDir === undefined ? {} : { cacheDir }),
      streams: { mode: 'drain', drainSeconds: 20 },
      ...options,
    });
  let engine = make();
  let runs = 0;
  const logFile = (runId: number): string => join(root, `run-${runId}.ndjson`);
  const logOf = (runId: number): readonly NotebookLogLine[] =>
    existsSync(logFile(runId))
      ? readFileSync(logFile(runId), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as NotebookLogLine)
      : [];
  const begin: SparkScene['run'] = async (
    name,
    parameters = {},
    signal = new AbortController().signal,
    libraries = [],
  ) => {
    const runId = (runs += 1);
    const begun = Date.now();
    const end = await engine.run(
      {
        runId,
        notebookPath: `/Users/ada/${name}`,
        notebookFile: join(workspace, name),
        parameters: { bucket, ...parameters },
        clusterId: 'c-1',
        userName: 'ada@example.com',
        libraries,
        logFile: logFile(runId),
      },
      signal,
    );
    const ms = Date.now() - begun;
    const log = logOf(runId);
    const first = log.find(({ kind }) => kind === 'begin');
    return { end, log, ms, toFirstCell: first === undefined ? Number.NaN : Date.parse(first.at) - begun };
  };
  const run: SparkScene['run'] = (...order) => {
    const going = begin(...order);
    // A test that fails before it waits for its run is to tell of that, not of this.
    going.catch(() => {});
    return going;
  };
  const source: SparkScene['source'] = (name, code, signal) => {
    writeFileSync(join(workspace, name), code);
    return run(name, {}, signal);
  };
  return {
    stateDir: join(root, 'spark'),
    dbfsDir,
    bucket,
    get engine() {
      return engine;
    },
    restart: async () => {
      await engine.close();
      engine = make();
    },
    run,
    source,
    log: () => logOf(runs),
    activity: async () => {
      const streams = 'spark._jsparkSession.sharedState().activeStreamingQueries().size()';
      const code = `dbutils.notebook.exit(f"{len(sc.statusTracker().getActiveJobsIds())} {${streams}}")`;
      const { end } = await source('activity', code);
      if (end.state !== 'success') throw new Error(JSON.stringify(end));
      const [jobs = Number.NaN, of = Number.NaN] = (end.exit ?? '').split(' ').map(Number);
      return { jobs, streams: of };
    },
    close: () => engine.close(),
  };
}

/** Objects as the landing leaves them: lines of JSON, several to an object. */
async function land(settings: Parameters<typeof createS3ObjectStore>[0]): Promise<void> {
  const store = createS3ObjectStore(settings);
  await store.ensureBucket();
  const countries = ['France', 'Japan', 'Peru'];
  const rows = Array.from({ length: 30 }, (_, ind) => ({
    pin: {
      index: ind,
      title: ind % 10 === 0 ? 'No Title Data Available' : `Title ${ind}`,
      description: ind % 7 === 0 ? 'No description available Story format' : `Words ${ind}`,
      follower_count: ind % 11 === 0 ? 'User Info Error' : `${ind}k`,
      poster_name: `Poster ${ind}`,
      category: ['art', 'travel'][ind % 2],
    },
    geo: {
      ind,
      country: countries[ind % 3],
      latitude: ind / 2,
      longitude: -ind,
      timestamp: `2020-03-0${1 + (ind % 9)}T10:11:12`,
    },
    user: { ind, first_name: 'Ada', last_name: `No ${ind}`, age: 18 + ind, date_joined: '2015-10-23 04:13:23' },
  }));
  for (const topic of ['pin', 'geo', 'user'] as const) {
    for (let part = 0; part < 3; part += 1) {
      const lines = rows.slice(part * 10, part * 10 + 10).map((row) => JSON.stringify(row[topic]));
      const start = String(part * 10).padStart(10, '0');
      const key = `topics/0a1b.${topic}/partition=0/0a1b.${topic}+0+${start}.json`;
      await store.create(key, Buffer.from(`${lines.join('\n')}\n`), {});
    }
  }
  store.close();
}
