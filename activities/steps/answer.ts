import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanColumns } from '../../pipeline/cleaning/clean-columns.ts';
import { identifier, literal, literals } from '../../pipeline/cleaning/sql-text.ts';
import type { AddFile } from '../../pipeline/delta/actions.ts';
import { duckDbTypes } from '../../pipeline/delta/schema.ts';
import type { Snapshot } from '../../pipeline/delta/snapshot.ts';
import type { Question } from '../../pipeline/questions/question.ts';
import { questions } from '../../pipeline/questions/questions.ts';
import { keyPart } from '../../pipeline/run-keys.ts';
import { tableNames, type TableName } from '../../pipeline/tables.ts';
import type { DeltaTable, DeltaTables } from '../delta/port.ts';
import type { SqlEngine, SqlRow, SqlSession } from '../duckdb/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { AnswerInput, AnswerName, AnswerResult } from './contract.ts';
import { inParallel } from './in-parallel.ts';
import { writtenFiles } from './written-files.ts';

/** What answering works with. */
export interface AnswerDependencies {
  readonly store: ObjectStore;
  /** The cleaned tables, and the answers' own. */
  readonly tables: DeltaTables;
  readonly answers: DeltaTables;
  readonly engine: SqlEngine;
}

/** Key of a run's answers: `answers/<dag>/<run id>.json`. */
function answersKey(run: { readonly dagId: string; readonly runId: string }): string {
  return `answers/${keyPart(run.dagId)}/${keyPart(run.runId)}.json`;
}

/**
 * Asks the eight questions of the tables as the run's cleaning left them, whatever has been published since, so that
 * asking again gives the same. Writes one JSON document and, an answer each, a Delta table that is overwritten, unless it
 * has the answers to newer versions: a late run leaves those.
 */
export function createAnswer({
  store,
  tables,
  answers,
  engine,
}: AnswerDependencies): (input: AnswerInput, context: StepContext) => Promise<AnswerResult> {
  return ({ cleaned }, outer) =>
    engine.use({ signal: outer.signal }, async (session) => {
      const context = { ...outer, signal: session.signal };
      const asked: AskedVersion[] = [];
      for (const name of tableNames) {
        const version = cleaned.find(({ table }) => table === name)?.version;
        asked.push(await openView(session, tables.table(name, cleanColumns(name)), name, version, context));
        context.heartbeat({ phase: 'fetched', name });
      }
      const found: Partial<Record<AnswerName, readonly SqlRow[]>> = {};
      for (const question of questions) {
        const rows = await ask(session, question);
        await publish(session, answers.table(question.name, question.columns), question, asked, context);
        found[question.name] = rows;
        context.heartbeat({ phase: 'answered', name: question.name });
      }
      const key = answersKey(context.place);
      const body = Buffer.from(`${JSON.stringify(found)}\n`);
      await store.replace(key, body, { contentType: 'application/json', signal: context.signal });
      return { key, rows: countRows(found) };
    });
}

/** Of which version of which cleaned table an answer was asked, as the answer's table keeps it among its `txn` actions. */
interface AskedVersion {
  /** Names the cleaned table by Delta's own id: one that is made anew begins with version 0 again. */
  readonly appId: string;
  readonly version: number;
}

/** Makes a view of a table at the version that the run's cleaning gave. */
async function openView(
  session: SqlSession,
  table: DeltaTable,
  name: TableName,
  version: number | undefined,
  { signal }: StepContext,
): Promise<AskedVersion> {
  const snapshot = version === undefined ? undefined : await table.snapshot({ version, signal });
  if (version === undefined || snapshot === undefined) {
    throw new AdapterError(`${name} has no version ${version ?? 'of this run'}: clean it first`, {
      system: 'delta',
      code: 'not_found',
    });
  }
  const folder = join(session.folder, name);
  await mkdir(folder);
  const files = [...snapshot.files.values()];
  await inParallel(4, files, (file) => table.download(file, join(folder, file.path), signal));
  const columns = table.columns.map(
    (column) => `CAST(NULL AS ${duckDbTypes[column.type]}) AS ${identifier(column.name)}`,
  );
  const rows =
    files.length === 0
      ? `SELECT ${columns.join(', ')} WHERE false`
      : `FROM read_parquet(${literals(files.map(({ path }) => join(folder, path)))})`;
  await session.run(`CREATE VIEW ${identifier(name)} AS ${rows}`);
  return { appId: `cleaned/${name}/${snapshot.metadata.id}`, version };
}

/** Asks one question; its rows stay in a table of its name, in order. */
async function ask(session: SqlSession, { name, columns, sql }: Question): Promise<readonly SqlRow[]> {
  const typed = columns.map(
    (column) => `CAST(${identifier(column.name)} AS ${duckDbTypes[column.type]}) AS ${identifier(column.name)}`,
  );
  await session.run(
    `CREATE TEMP TABLE ${name} AS SELECT row_number() OVER () AS place, ${typed.join(', ')} FROM (${sql})`,
  );
  return session.rows(`SELECT * EXCLUDE (place) FROM ${name} ORDER BY place`);
}

/**
 * Overwrites the answer's table in one commit, unless this run has done so already. Where the table has the answer to
 * newer versions, the commit only says that this run was here.
 */
async function publish(
  session: SqlSession,
  table: DeltaTable,
  { name }: Question,
  asked: readonly AskedVersion[],
  { place, signal }: StepContext,
): Promise<void> {
  let add: readonly AddFile[] | undefined;
  for (let tries = 0; tries < 10; tries += 1) {
    const base = await table.snapshot({ signal });
    if (base?.txns.has(place.runId)) return;
    const own = { operation: 'WRITE', run: place.runId, metrics: {} } as const;
    if (base !== undefined && isNewer(base, asked)) {
      const nothing = { ...own, add: [], remove: [], progress: [] };
      if ((await table.commit(base, nothing, signal)) === 'committed') return;
      continue;
    }
    add ??= await upload(session, table, name, signal);
    const remove = [...(base?.files.keys() ?? [])];
    if ((await table.commit(base, { ...own, add, remove, progress: asked }, signal)) === 'committed') return;
  }
  throw new AdapterError(`the answer ${name} was published by others ten times in a row`, {
    system: 'delta',
    code: 'conflict',
    canRetry: true,
  });
}

/**
 * Whether an answer's table has the answer to newer versions. The first table whose versions differ decides: of runs that
 * cleaned side by side each may have the newer version of one, and then too the last answer must not depend on who is late.
 */
function isNewer({ txns }: Snapshot, asked: readonly AskedVersion[]): boolean {
  for (const { appId, version } of asked) {
    const had = txns.get(appId);
    if (had !== undefined && had !== version) return had > version;
  }
  return false;
}

/** Puts an answer's rows beside its table. */
async function upload(session: SqlSession, table: DeltaTable, name: string, signal: AbortSignal): Promise<AddFile[]> {
  const target = join(session.folder, `${name}.parquet`);
  const written = await session.rows(
    `COPY (SELECT * EXCLUDE (place) FROM ${name} ORDER BY place) TO ${literal(target)} (FORMAT parquet, RETURN_STATS)`,
  );
  return Promise.all(writtenFiles(written, table.columns).map((file) => table.upload(file, signal)));
}

function countRows(found: Readonly<Partial<Record<AnswerName, readonly SqlRow[]>>>): AnswerResult['rows'] {
  const count = (name: AnswerName): number => found[name]?.length ?? 0;
  return {
    q4: count('q4'),
    q5: count('q5'),
    q5all: count('q5all'),
    q6a: count('q6a'),
    q6b: count('q6b'),
    q7: count('q7'),
    q8: count('q8'),
    q9: count('q9'),
    q10: count('q10'),
    q11: count('q11'),
  };
}
