import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DeltaTables } from '../../activities/delta/port.ts';
import type { SqlRow } from '../../activities/duckdb/port.ts';
import type { CleanResult, LandResult } from '../../activities/steps/contract.ts';
import type { TableName } from '../../pipeline/tables.ts';
import type { NotebookEnd, NotebookEngine } from '../../stack/databricks/engine.ts';
import { createSparkEngine } from '../../stack/databricks/spark-engine.ts';
import { tablesFixtures, type TablesFixture } from '../activities/steps/tables-fixture.ts';
import { ownStateDir } from '../support/own-state.ts';
import { testSettings } from '../support/stack.ts';

const root = join(__dirname, '../..');

type Manifest = Readonly<Record<string, unknown>>;

/** Topics and tables of one user, which DuckDB and the notebooks clean side by side. */
export interface NotebooksScene {
  readonly at: TablesFixture;
  /** The notebooks' own tables. */
  readonly tables: DeltaTables;
  /** Runs a notebook and gives what it ended with. Throws with its error where it failed. */
  run(notebook: string, widgets?: Readonly<Record<string, string>>): Promise<Manifest>;
  /** The same with how it ended. */
  end(notebook: string, widgets?: Readonly<Record<string, string>>): Promise<NotebookEnd>;
  /** Cleans what a landing has brought as the run of that id, as the DAG asks for it. */
  clean(landed: LandResult, runId?: string): Promise<Manifest>;
  /** Cleans with both engines, and expects the same figures, quarantine and, row by row, table. */
  cleanBoth(
    landed: LandResult,
    runId?: string,
  ): Promise<{ readonly result: CleanResult; readonly manifest: Manifest; readonly rows: readonly SqlRow[] }>;
  rows(table: TableName, version?: number): Promise<readonly SqlRow[]>;
}

/** Makes an engine that runs the notebooks as they lie in the repository, and scenes on it. */
export async function notebooksScenes(): Promise<{
  readonly make: () => Promise<NotebooksScene>;
  readonly close: () => Promise<void>;
}> {
  const state = ownStateDir();
  const { s3, cacheDir } = testSettings();
  const fileOf = (path: string): string => join(root, `${path}.py`);
  const engine = createSparkEngine({
    stateDir: join(state, 'spark'),
    dbfsDir: join(state, 'dbfs'),
    sources: join(root, 'stack/databricks'),
    host: {
      findNotebook: (path) => Promise.resolve(existsSync(fileOf(path)) ? fileOf(path) : undefined),
      secret: () => Promise.resolve(undefined),
      secretKeys: () => Promise.resolve({}),
    },
    s3,
    ...(cacheDir === undefined ? {} : { cacheDir }),
  });
  const fixtures = await tablesFixtures();
  let runs = 0;
  const make = async (): Promise<NotebooksScene> => {
    const at = await fixtures.make();
    return sceneOf(at, engine, (name, parameters) => ({
      runId: (runs += 1),
      notebookPath: `/notebooks/${name}`,
      notebookFile: fileOf(`/notebooks/${name}`),
      parameters,
      clusterId: 'c-1',
      userName: 'ada@example.com',
      libraries: [],
      logFile: join(state, `run-${runs}.ndjson`),
    }));
  };
  return {
    make,
    close: async () => {
      fixtures.close();
      await engine.close();
    },
  };
}

function sceneOf(
  at: TablesFixture,
  engine: NotebookEngine,
  order: (name: string, parameters: Readonly<Record<string, string>>) => Parameters<NotebookEngine['run']>[0],
): NotebooksScene {
  const folder = `tables/${at.user}/spark`;
  const tables = at.tablesIn(`${folder}/`);
  const end: NotebooksScene['end'] = (notebook, widgets = {}) =>
    engine.run(
      order(notebook, { bucket: at.bucket, user: at.user, tables: folder, ...widgets }),
      new AbortController().signal,
    );
  const run: NotebooksScene['run'] = async (notebook, widgets) => {
    const ended = await end(notebook, widgets);
    if (ended.state !== 'success') throw new Error(ended.state === 'failed' ? ended.trace : ended.state);
    return JSON.parse(ended.exit ?? '');
  };
  const rows: NotebooksScene['rows'] = (table, version) => at.rows(table, version, tables);
  const clean: NotebooksScene['clean'] = ({ table, partitions }, runId = 'run-1') =>
    run(`clean_${table}`, { ranges: JSON.stringify(partitions), run: runId });
  return {
    at,
    tables,
    end,
    run,
    rows,
    clean,
    cleanBoth: async (landed, runId = 'run-1') => {
      const result = await at.clean(landed, runId);
      const manifest = await clean(landed, runId);
      const { version: _, ...figures } = result;
      expect(manifest).toMatchObject(figures);
      const own = await rows(landed.table);
      expect(own).toEqual(await at.rows(landed.table));
      expect(await quarantine(at, tables, landed.table)).toEqual(await at.quarantine(landed.table));
      return { result, manifest, rows: own };
    },
  };
}

/** Bad lines that the notebooks have put aside, as {@link TablesFixture.quarantine} tells of DuckDB's. */
async function quarantine(at: TablesFixture, tables: DeltaTables, name: TableName): Promise<unknown> {
  const { signal } = new AbortController();
  const table = tables.table(`${name}_quarantine`, []);
  const snapshot = await table.snapshot({ signal });
  const files = [...(snapshot?.files.values() ?? [])];
  return at.engine.use({ signal }, async (session) => {
    const found: { offset: number; reason: string; line: string }[] = [];
    for (const [n, file] of files.entries()) {
      const path = join(session.folder, `${n}.parquet`);
      await table.download(file, path, signal);
      for (const row of await session.rows(`SELECT "offset", reason, base64(line) AS line FROM '${path}'`)) {
        found.push({
          offset: Number(row['offset']),
          reason: String(row['reason']).split(':')[0] ?? '',
          line: Buffer.from(String(row['line']), 'base64').toString(),
        });
      }
    }
    return found.toSorted((a, b) => a.offset - b.offset);
  });
}
