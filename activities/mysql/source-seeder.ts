import { createConnection, escapeId } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { sourcePosts } from '../../pipeline/source/source-posts.ts';
import { sourcePostCount, sourceTables } from '../../pipeline/source/source-tables.ts';
import { tableNames, type TableName } from '../../pipeline/tables.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { mysqlError } from './mysql-error.ts';
import { mysqlOptions, type MysqlSettings } from './mysql-settings.ts';
import { createSourceDatabase } from './source-database.ts';

/** Rows of an INSERT: some 700 KB of pins, far below the smallest usual `max_allowed_packet` of 4 MB. */
const batchRows = 1000;

/** How to fill the database. */
export interface SeedOptions {
  /** Throw away what the three tables hold. Without it, a database with other rows is refused. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Fills the source database with the 11,154 posts of `pipeline/source`, in one transaction, making database and tables
 * where they are missing. `already` when the rows are there already. Throws AdapterError `conflict` when the tables hold
 * other rows and `force` is not given.
 */
export async function seedSource(
  settings: MysqlSettings,
  { force, signal }: SeedOptions,
): Promise<'seeded' | 'already'> {
  const what = `filling the database ${settings.database}`;
  await createDatabase(settings);
  const connection = await createConnection(mysqlOptions(settings)).catch((error: unknown) => {
    throw mysqlError(what, error);
  });
  try {
    if (force) for (const name of tableNames) await connection.query(`DROP TABLE IF EXISTS ${nameOf(name)}`);
    for (const name of tableNames) await connection.query(sourceTables[name].ddl);
    const counts = await Promise.all(tableNames.map((name) => countRows(connection, name)));
    if (counts.some((count) => count > 0)) {
      if (await holdsOurRows(settings, counts, signal)) return 'already';
      throw new AdapterError(
        `the database ${settings.database} on ${settings.host}:${settings.port} holds other rows ` +
          `(${tableNames.map((name, i) => `${sourceTables[name].name}: ${counts[i]}`).join(', ')}); ` +
          'use --force to throw them away, or another database (TW_MYSQL_DATABASE)',
        { system: 'mysql', code: 'conflict' },
      );
    }
    await connection.beginTransaction();
    const source = sourcePosts();
    for (let from = 0; from < sourcePostCount; from += batchRows) {
      signal.throwIfAborted();
      const batch = Array.from({ length: Math.min(batchRows, sourcePostCount - from) }, (_, i) =>
        source.post(from + i),
      );
      for (const name of tableNames) {
        const rows = batch.map((post) => Object.values(post[name]));
        await connection.query(`INSERT INTO ${nameOf(name)} (${columnsOf(name)}) VALUES ?`, [rows]);
      }
    }
    await connection.commit();
    return 'seeded';
  } catch (error) {
    signal.throwIfAborted();
    throw mysqlError(what, error);
  } finally {
    // Whatever was not committed is rolled back by the server.
    connection.destroy();
  }
}

/** Makes the database where it is missing, if this user may; where it is there, nothing is asked for. */
async function createDatabase(settings: MysqlSettings): Promise<void> {
  const options = mysqlOptions(settings);
  try {
    (await createConnection(options)).destroy();
    return;
  } catch (error) {
    const failure = mysqlError(`connecting to ${settings.host}:${settings.port}`, error);
    if (failure.code !== 'not_found') throw failure;
  }
  delete options.database;
  const connection = await createConnection(options);
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${escapeId(settings.database)} CHARACTER SET utf8mb4`);
  } catch (error) {
    throw mysqlError(`making the database ${settings.database}`, error);
  } finally {
    connection.destroy();
  }
}

async function countRows(connection: Connection, name: TableName): Promise<number> {
  const [rows] = await connection.query(`SELECT COUNT(*) AS rows_there FROM ${nameOf(name)}`);
  const [row] = Array.isArray(rows) ? rows : [];
  return row !== undefined && 'rows_there' in row ? Number(row['rows_there']) : 0;
}

/** Compares all rows, as they would go over the wire. */
async function holdsOurRows(settings: MysqlSettings, counts: readonly number[], signal: AbortSignal): Promise<boolean> {
  if (counts.some((count) => count !== sourcePostCount)) return false;
  const database = createSourceDatabase(settings);
  const source = sourcePosts();
  try {
    for (let from = 0; from < sourcePostCount; from += batchRows) {
      const offsets = Array.from({ length: Math.min(batchRows, sourcePostCount - from) }, (_, i) => from + i);
      for (const name of tableNames) {
        const found = await database.records(name, offsets, 'space', signal);
        const same = offsets.every((i) => found.get(i)?.value.toString() === JSON.stringify(source.post(i)[name]));
        if (!same) return false;
      }
    }
    return true;
  } finally {
    await database.close();
  }
}

function nameOf(table: TableName): string {
  return escapeId(sourceTables[table].name);
}

function columnsOf(table: TableName): string {
  return sourceTables[table].columns.map((column) => escapeId(column)).join(', ');
}
