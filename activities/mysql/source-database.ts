import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { sourceTables } from '../../pipeline/source/source-tables.ts';
import type { TableName } from '../../pipeline/tables.ts';
import { mysqlError } from './mysql-error.ts';
import { mysqlOptions, type MysqlSettings } from './mysql-settings.ts';
import type { SourceDatabase, SourceRecord } from './port.ts';
import { recordQuery, type Column } from './record-query.ts';

/** How long a read is tried again while the database is away. A run's attempts go on after that. */
const patienceMs = 30_000;

/** A row as raw bytes, by the column's place. */
interface RawRow extends RowDataPacket {
  readonly [column: number]: Buffer | null;
}

/** The three tables, read through mysql2. Connects when first used, with at most six connections: two chunks of three tables. */
export function createSourceDatabase(settings: MysqlSettings): SourceDatabase {
  const pool = createPool({ ...mysqlOptions(settings), connectionLimit: 6, maxIdle: 6, idleTimeout: 30_000 });
  const columns = new Map<TableName, Promise<readonly Column[]>>();

  const columnsOf = (table: TableName, signal: AbortSignal): Promise<readonly Column[]> => {
    const known = columns.get(table) ?? describe(pool, table, signal);
    columns.set(table, known);
    known.catch(() => columns.delete(table));
    return known;
  };

  return {
    async lastOffset(signal) {
      const { name, key } = sourceTables.pin;
      const [row] = await rows(pool, 'asking for the last post', `SELECT MAX(\`${key}\`) FROM \`${name}\``, signal);
      const last = row?.[0];
      return last ? Number(last.toString()) : undefined;
    },
    async records(table, offsets, timestamps, signal) {
      if (offsets.length === 0) return new Map();
      const { name, key } = sourceTables[table];
      const sql = recordQuery(name, key, await columnsOf(table, signal), offsets, timestamps);
      const found = new Map<number, SourceRecord>();
      for (const row of await rows(pool, `reading ${offsets.length} rows of ${name}`, sql, signal)) {
        const [number, value] = [row[0], row[1]];
        if (number && value) found.set(Number(number.toString()), { key: number, value });
      }
      return found;
    },
    async close() {
      await pool.end().catch(() => undefined);
    },
  };
}

async function describe(pool: Pool, table: TableName, signal: AbortSignal): Promise<readonly Column[]> {
  const { name } = sourceTables[table];
  const sql = `SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${name}' ORDER BY ORDINAL_POSITION`;
  const described = await rows(pool, `asking for the columns of ${name}`, sql, signal);
  if (described.length === 0) {
    throw mysqlError(`reading ${name}`, Object.assign(new Error('no such table'), { code: 'ER_NO_SUCH_TABLE' }));
  }
  return described.map((row) => ({ name: String(row[0]), type: String(row[1]).toLowerCase() }));
}

/** Runs a read; all columns come as raw bytes. Again on a new connection while the database is away. */
async function rows(pool: Pool, what: string, sql: string, signal: AbortSignal): Promise<readonly RawRow[]> {
  const start = Date.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await once(pool, sql, signal);
    } catch (error) {
      signal.throwIfAborted();
      const failure = mysqlError(what, error);
      if (!failure.canRetry || Date.now() - start > patienceMs) throw failure;
      await sleep(300, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Connections of pools whose session has its time zone. */
const inUtc = new WeakSet<object>();

async function once(pool: Pool, sql: string, signal: AbortSignal): Promise<readonly RawRow[]> {
  const connection = await pool.getConnection();
  const stop = (): void => connection.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    // A TIMESTAMP column then reads as UTC, whatever the server's zone.
    if (!inUtc.has(connection.connection)) await connection.query("SET time_zone = '+00:00'");
    inUtc.add(connection.connection);
    const [found] = await connection.query<RawRow[]>({ sql, rowsAsArray: true, typeCast: (field) => field.buffer() });
    connection.release();
    return found;
  } catch (error) {
    // What else waits on a connection that failed once is not worth finding out.
    connection.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
