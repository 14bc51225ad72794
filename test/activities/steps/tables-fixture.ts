import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDeltaTables } from '../../../activities/delta/delta-tables.ts';
import type { DeltaTables } from '../../../activities/delta/port.ts';
import { createCheckpointCodec } from '../../../activities/duckdb/checkpoint-codec.ts';
import { createDuckDb } from '../../../activities/duckdb/engine.ts';
import type { SqlEngine, SqlRow } from '../../../activities/duckdb/port.ts';
import { createLandingZone } from '../../../activities/s3/landing-zone.ts';
import type { LandingZone } from '../../../activities/s3/port.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { ObjectStore } from '../../../activities/shared/object-store.ts';
import { createAnswer } from '../../../activities/steps/answer.ts';
import { createClean } from '../../../activities/steps/clean.ts';
import type { AnswerResult, CleanResult, LandResult, VerifyResult } from '../../../activities/steps/contract.ts';
import { createVerify } from '../../../activities/steps/verify.ts';
import { cleanColumns } from '../../../pipeline/cleaning/clean-columns.ts';
import { literals } from '../../../pipeline/cleaning/sql-text.ts';
import { spansOfOffsets } from '../../../pipeline/landing/offset-spans.ts';
import { topicName, type TableName } from '../../../pipeline/tables.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { testContext } from './step-context.ts';

/** Compiled by Jest's global set-up. */
const duckDbChild = join(__dirname, '../../../dist/activities/duckdb/child.js');

/** Values of a partition in offset order: an object or a text is a line, `null` an offset that the log does not have. */
export type Landed = readonly (string | object | null)[];

/** Topics and tables of one user in a bucket of a test file. */
export interface TablesFixture {
  readonly user: string;
  readonly bucket: string;
  readonly workDir: string;
  readonly store: S3ObjectStore;
  readonly landing: LandingZone;
  readonly engine: SqlEngine;
  readonly tables: DeltaTables;
  readonly answers: DeltaTables;
  /** Lengthens chains, by partition from 0, in objects of `size` offsets; gives the ranges of this landing. */
  land(table: TableName, partitions: readonly Landed[], size?: number): Promise<LandResult>;
  /** Cleans as the run of that id; on another store where a test puts one between. */
  clean(landed: LandResult, runId?: string, store?: ObjectStore): Promise<CleanResult>;
  answer(cleaned: readonly CleanResult[], runId?: string): Promise<AnswerResult>;
  verify(
    landed: readonly LandResult[],
    cleaned: readonly CleanResult[],
    answers: AnswerResult,
    runId?: string,
  ): Promise<VerifyResult>;
  /** A table's rows in the order of `ind`, times as texts; of another engine's tables where a test has such. */
  rows(table: TableName, version?: number, from?: DeltaTables): Promise<readonly SqlRow[]>;
  /** The tables of another folder of the bucket. */
  tablesIn(prefix: string): DeltaTables;
  /** Offsets, reasons and raw lines that cleaning put aside. */
  quarantine(
    table: TableName,
  ): Promise<readonly { readonly offset: number; readonly reason: string; readonly line: string }[]>;
}

/** Makes fixtures in one bucket of the shared store; small files, so that a few rows make several. */
export async function tablesFixtures(rowsPerFile = 40): Promise<{
  readonly make: () => Promise<TablesFixture>;
  readonly close: () => void;
}> {
  const settings = testSettings();
  const bucket = uniqueName('tables');
  const s3 = { ...settings.s3, bucket };
  const store = createS3ObjectStore(s3);
  await store.ensureBucket();
  const workDir = mkdtempSync(join(tmpdir(), 'tables-test-'));
  const engine = createDuckDb({ memory: '512MB', threads: 2, workDir, childPath: duckDbChild });
  const codec = createCheckpointCodec(engine);

  const make = async (): Promise<TablesFixture> => {
    const user = uniqueName('u').replace('-', '');
    const ends = new Map<string, number>();
    const prefix = `tables/${user}/duckdb/`;
    const landing = createLandingZone(store, { gzip: false });
    const tablesOn = (other: ObjectStore): DeltaTables => createDeltaTables({ store: other, prefix, codec });
    const tables = tablesOn(store);
    const answers = createDeltaTables({ store, prefix: `tables/${user}/answers/`, codec });
    const deps = { store, landing, tables, answers, engine };
    const contextOf = (runId: string): ReturnType<typeof testContext> => testContext({ runId, dagId: user });

    const lengthen = async (topic: string, partition: number, values: Landed, size: number): Promise<number> => {
      let start = ends.get(`${topic}/${partition}`) ?? 0;
      for (let n = 0; n < values.length; n += size) {
        const part = values.slice(n, n + size);
        const absent = part.flatMap((value, one) => (value === null ? [start + one] : []));
        const lines = part.flatMap((value) =>
          value === null ? [] : [typeof value === 'string' ? value : JSON.stringify(value)],
        );
        const { won } = await landing.create({
          topic,
          partition,
          start,
          next: start + part.length,
          lines: Buffer.from(lines.map((line) => `${line}\n`).join('')),
          records: lines.length,
          missing: spansOfOffsets(absent),
          quarantined: [],
          runId: 'landing',
        });
        if (!won) throw new Error('somebody else lengthens this chain');
        start += part.length;
      }
      ends.set(`${topic}/${partition}`, start);
      return start;
    };

    return {
      user,
      bucket,
      workDir,
      store,
      landing,
      engine,
      tables,
      answers,
      async land(table, partitions, size = 7) {
        const topic = topicName(user, table);
        const landed = [];
        for (const [partition, values] of partitions.entries()) {
          const from = ends.get(`${topic}/${partition}`) ?? 0;
          const to = await lengthen(topic, partition, values, size);
          const records = values.filter((value) => value !== null).length;
          landed.push({
            topic,
            partition,
            from,
            to,
            objects: Math.ceil(values.length / size),
            records,
            quarantined: 0,
            bytes: 0,
          });
        }
        return { table, partitions: landed };
      },
      clean: (landed, runId = 'run-1', other = store) =>
        createClean({ landing, tables: tablesOn(other), engine, rowsPerFile })(
          { table: landed.table, landed },
          contextOf(runId),
        ),
      answer: (cleaned, runId = 'run-1') => createAnswer(deps)({ cleaned }, contextOf(runId)),
      verify: (landed, cleaned, given, runId = 'run-1') =>
        createVerify(deps)({ landed, cleaned, answers: given, notebookAnswers: null }, contextOf(runId)),
      rows: (table, version, from = tables) => tableRows(engine, from, table, version),
      tablesIn: (other) => createDeltaTables({ store, prefix: other, codec }),
      async quarantine(table) {
        const found = [];
        for await (const { key } of store.list(`quarantine/${topicName(user, table)}/`)) {
          const object = await store.get(key);
          for (const line of object?.body.toString().trimEnd().split('\n') ?? []) {
            const { offset, reason, value } = JSON.parse(line);
            found.push({ offset, reason, line: Buffer.from(value, 'base64').toString() });
          }
        }
        return found.toSorted((a, b) => a.offset - b.offset);
      },
    };
  };
  const close = (): void => {
    store.close();
    rmSync(workDir, { recursive: true });
  };
  return { make, close };
}

async function tableRows(
  engine: SqlEngine,
  tables: DeltaTables,
  name: TableName,
  version?: number,
): Promise<readonly SqlRow[]> {
  const signal = new AbortController().signal;
  const table = tables.table(name, cleanColumns(name));
  const snapshot = await table.snapshot({ signal, ...(version === undefined ? {} : { version }) });
  if (snapshot === undefined) throw new Error('no such version');
  const files = [...snapshot.files.values()];
  if (files.length === 0) return [];
  return engine.use({ signal }, async (session) => {
    const folder = join(session.folder, 'files');
    await mkdir(folder);
    const paths = files.map(({ path }) => join(folder, path));
    for (const [n, file] of files.entries()) await table.download(file, paths[n] ?? '', signal);
    return session.rows(`FROM read_parquet(${literals(paths)}) ORDER BY ind`);
  });
}
