import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createDeltaTables } from '../activities/delta/delta-tables.ts';
import { createCheckpointCodec } from '../activities/duckdb/checkpoint-codec.ts';
import { createDuckDb } from '../activities/duckdb/engine.ts';
import type { SqlEngine } from '../activities/duckdb/port.ts';
import { createLandingZone } from '../activities/s3/landing-zone.ts';
import type { LandingZone } from '../activities/s3/port.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../activities/s3/s3-object-store.ts';
import { createClean } from '../activities/steps/clean.ts';
import type { LandResult } from '../activities/steps/contract.ts';
import { judgeLines } from '../activities/steps/judge-lines.ts';
import { fetchLines } from '../activities/steps/landed-lines.ts';
import { linesSql } from '../pipeline/cleaning/lines-sql.ts';
import { mergedSql, newestTable, writeSql } from '../pipeline/cleaning/merge-sql.ts';
import { inheritedEnvironment } from '../config/environment.ts';
import { parseSettings } from '../config/settings.ts';
import { sourcePosts } from '../pipeline/source/source-posts.ts';
import { sourcePostCount } from '../pipeline/source/source-tables.ts';
import { topicName } from '../pipeline/tables.ts';
import { fetchSpark } from '../stack/spark.ts';
import { startStack } from '../stack/stack.ts';
import { benchContext } from './support/bench-context.ts';
import type { BenchContext } from './support/report.ts';

const partitions = 3;
const perObject = 10_000;

/**
 * `npm run bench -- clean [--records 1000000] [--rounds 3] [--s3 versitygw] [--spark]`: cleans pin rows from JSON lines in object storage to
 * a Delta table, beside the same statements as a plain COPY from local files to a local file; then the same rows again
 * into the table that holds them, and a day's thousand. `--spark` has Spark do the course's cleaning of the same lines
 * (it is large; fetched when it is not in the cache); without it Spark is left out.
 */
export async function clean({ args, signal, record }: BenchContext): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
      s3: { type: 'string', default: 'versitygw' },
      memory: { type: 'string', default: '1GB' },
      spark: { type: 'boolean', default: false },
    },
  });
  const server = values.s3 === 'ministack' ? 'ministack' : 'versitygw';
  const records = Number(values.records);
  const folder = await mkdtemp(join(tmpdir(), 'tradewind-bench-'));
  const s3 = await startStack({ stateDir: join(folder, 's3'), parts: ['s3'], s3: server, tether: true, given: {} });
  const store = createS3ObjectStore(parseSettings(s3.settings).s3);
  try {
    await store.ensureBucket();
    const childPath = join(import.meta.dirname, '../dist/activities/duckdb/child.js');
    const engine = createDuckDb({ memory: values.memory, threads: 2, workDir: folder, childPath });
    const landing = createLandingZone(store, { gzip: false });
    const all = bodies(records);
    const first = await land(landing, all);
    const again = await land(landing, all, first);
    const day = await land(landing, bodies(1_000), again);
    for (let round = 1; round <= Number(values.rounds) && !signal.aborted; round += 1) {
      const bare = await plain(engine, landing, store, first, signal);
      record({ round, what: 'plain COPY, local to local', records, seconds: bare.copy });
      record({ round, what: 'plain COPY with its transfers', records, seconds: bare.all });
      const codec = createCheckpointCodec(engine);
      const tables = createDeltaTables({ store, prefix: `tables/round-${round}/`, codec });
      const step = createClean({ landing, tables, engine });
      for (const [what, landed] of [
        ['JSON to Delta', first],
        ['the same again: merge over all rows', again],
        ['a day: 1,000 rows into them', day],
      ] as const) {
        const begun = performance.now();
        const result = await step({ table: 'pin', landed }, benchContext(what, signal));
        const seconds = (performance.now() - begun) / 1000;
        const { read, rows, inserted, updated } = result;
        record({
          round,
          what,
          read,
          rows,
          inserted,
          updated,
          seconds,
          toPlain: seconds / bare.copy,
          toPlainWithTransfers: seconds / bare.all,
        });
      }
      if (values.spark) record({ round, ...(await spark(landing, first, folder, signal)) });
    }
  } finally {
    store.close();
    await s3.stop();
    await rm(folder, { recursive: true });
  }
}

/** Pin rows as JSON lines, in bodies of one object each: made once, since making them takes longer than cleaning them. */
function bodies(count: number): readonly Buffer[] {
  let posts = sourcePosts();
  return Array.from({ length: Math.ceil(count / perObject) }, (_, object) => {
    const lines: string[] = [];
    for (let ind = object * perObject; ind < Math.min((object + 1) * perObject, count); ind += 1) {
      // Each seed gives other words, so the text does not repeat as that of one small table would.
      if (ind % sourcePostCount === 0) posts = sourcePosts(2022 + ind / sourcePostCount);
      lines.push(`${JSON.stringify({ ...posts.post(ind % sourcePostCount).pin, index: ind })}\n`);
    }
    return Buffer.from(lines.join(''));
  });
}

/** Puts bodies into the chain of each partition, behind what was landed before. */
async function land(landing: LandingZone, all: readonly Buffer[], before?: LandResult): Promise<LandResult> {
  const topic = topicName('bench', 'pin');
  const starts = Array.from({ length: partitions }, (_, n) => before?.partitions[n]?.to ?? 0);
  const ends = [...starts];
  for (const [object, lines] of all.entries()) {
    const partition = object % partitions;
    const start = ends[partition] ?? 0;
    const records = lines.toString('latin1').split('\n').length - 1;
    const next = start + records;
    await landing.create({
      topic,
      partition,
      start,
      next,
      lines,
      records,
      missing: [],
      quarantined: [],
      runId: 'bench',
    });
    ends[partition] = next;
  }
  return {
    table: 'pin',
    partitions: starts.map((from, partition) => {
      const to = ends[partition] ?? from;
      return { topic, partition, from, to, objects: 0, records: to - from, quarantined: 0, bytes: 0 };
    }),
  };
}

/** The same statements without a table: local files to a local file, and what bringing and taking the bytes costs. */
async function plain(
  engine: SqlEngine,
  landing: LandingZone,
  store: S3ObjectStore,
  landed: LandResult,
  signal: AbortSignal,
): Promise<{ readonly copy: number; readonly all: number }> {
  const seconds = (since: number): number => (performance.now() - since) / 1000;
  const begun = performance.now();
  // The whole session counts: the process has to start, and its folder has to go, whatever it is for.
  const copy = await engine.use({ signal }, async (session) => {
    const lines = await fetchLines(
      landing,
      landed.partitions,
      join(session.folder, 'lines'),
      benchContext('plain', signal),
    );
    const fetched = performance.now();
    await judgeLines(session, 'pin', lines);
    await session.run(newestTable);
    const target = join(session.folder, 'plain.parquet');
    const everything = { from: null, to: null };
    await session.run(writeSql(mergedSql('pin', linesSql(lines.paths, 4), undefined, everything), target));
    const taken = seconds(fetched);
    await store.createFromFile(`plain/${Date.now()}.parquet`, target, { signal });
    return taken;
  });
  return { copy, all: seconds(begun) };
}

/** The course's cleaning of the same lines in PySpark, its start apart. */
async function spark(
  landing: LandingZone,
  landed: LandResult,
  folder: string,
  signal: AbortSignal,
): Promise<Record<string, string | number>> {
  const lines = join(folder, 'spark-lines');
  await rm(lines, { recursive: true, force: true });
  await mkdir(lines);
  await fetchLines(landing, landed.partitions, lines, benchContext('spark', signal));
  const script = join(import.meta.dirname, 'support/spark-clean.py');
  await stat(script);
  const { python, pythonPath } = await fetchSpark();
  const { stdout } = await promisify(execFile)(python, [script, lines, join(folder, 'spark-out')], {
    signal,
    env: { ...inheritedEnvironment(), PYTHONPATH: pythonPath, PYSPARK_PYTHON: python },
  });
  const { startSeconds, seconds, rows }: Record<string, number> = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
  return {
    what: 'PySpark local[2], start apart',
    rows: rows ?? 0,
    seconds: seconds ?? 0,
    startSeconds: startSeconds ?? 0,
  };
}
