import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type Pool, type PoolConnection, type RowDataPacket } from 'mysql2/promise';
import { sourceTables } from '../../pipeline/source/source-tables.ts';
import type { TableName } from '../../pipeline/tables.ts';
import type { TimestampFormat } from '../../pipeline/wire-format.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { mysqlError } from './mysql-error.ts';
import { mysqlOptions, type MysqlSettings } from './mysql-settings.ts';
import type { SourceDatabase, SourceRecord } from './port.ts';
import { longestText, recordQuery, recordSession, type Column } from './record-query.ts';

/** How long the database is waited for. A run's attempts go on after that. */
export interface MysqlPatience {
  /** Milliseconds without an answer, or without a connection, after which a read is given up. */
  readonly answerMs: number;
  /** Milliseconds in which a read is tried again while the database is away. */
  readonly againMs: number;
}

/** A chunk of posts takes milliseconds: a server that is silent for a minute says nothing any more, though its port is open. */
const defaultPatience: MysqlPatience = { answerMs: 60_000, againMs: 30_000 };

/** Runs a read on one of the source's connections. */
type Ask = (what: string, sql: string, signal: AbortSignal) => Promise<readonly RawRow[]>;

/** A row as raw bytes, by the column's place. */
interface RawRow extends RowDataPacket {
  readonly [column: number]: Buffer | null;
}

/** The three tables, read through mysql2. Connects when first used, with at most six connections: two chunks of three tables. */
export function createSourceDatabase(
  settings: MysqlSettings,
  patience: MysqlPatience = defaultPatience,
): SourceDatabase {
  const pool = createPool({ ...mysqlOptions(settings), connectionLimit: 6, maxIdle: 6, idleTimeout: 30_000 });
  const columns = new Map<TableName, Promise<readonly Column[]>>();
  const ask: Ask = (what, sql, signal) => rows(pool, patience, what, sql, signal);

  const columnsOf = (table: TableName, signal: AbortSignal): Promise<readonly Column[]> => {
    const known = columns.get(table) ?? describe(ask, table, signal);
    columns.set(table, known);
    known.catch(() => columns.delete(table));
    return known;
  };

  /** Reads posts; those whose text the server cut off in two halves. */
  async function readInto(
    found: Map<number, SourceRecord>,
    table: TableName,
    columnsOfTable: readonly Column[],
    offsets: readonly number[],
    timestamps: TimestampFormat,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, key } = sourceTables[table];
    const what = `reading ${offsets.length} rows of ${name}`;
    const [row] = await ask(what, recordQuery(name, key, columnsOfTable, offsets, timestamps), signal);
    const lines = wholeLines(row?.[1] ?? Buffer.alloc(0));
    if (lines.length === Number(row?.[0]?.toString())) {
      for (const line of lines) found.set(Number(line.key.toString('latin1')), line);
      return;
    }
    const middle = offsets.length >> 1;
    if (middle === 0) throw tooLong(name, offsets[0] ?? 0);
    await readInto(found, table, columnsOfTable, offsets.slice(0, middle), timestamps, signal);
    await readInto(found, table, columnsOfTable, offsets.slice(middle), timestamps, signal);
  }

  return {
    async lastOffset(signal) {
      const { name, key } = sourceTables.pin;
      const [row] = await ask('asking for the last post', `SELECT MAX(\`${key}\`) FROM \`${name}\``, signal);
      const last = row?.[0];
      return last ? Number(last.toString()) : undefined;
    },
    async records(table, offsets, timestamps, signal) {
      const found = new Map<number, SourceRecord>();
      if (offsets.length > 0) await readInto(found, table, await columnsOf(table, signal), offsets, timestamps, signal);
      return found;
    },
    async close() {
      await pool.end().catch(() => undefined);
    },
  };
}

const tab = 9;
const lineBreak = 10;

/** The lines of a result that end as lines do: a text that the server cut off has one less than rows. */
function wholeLines(text: Buffer): readonly SourceRecord[] {
  const lines: SourceRecord[] = [];
  for (let from = 0; ;) {
    const keyEnd = text.indexOf(tab, from);
    const end = text.indexOf(lineBreak, from);
    if (end === -1) return lines;
    lines.push({ key: text.subarray(from, keyEnd), value: text.subarray(keyEnd + 1, end) });
    from = end + 1;
  }
}

function tooLong(table: string, offset: number): AdapterError {
  return new AdapterError(
    `row ${offset} of ${table} is above ${longestText >> 20} MB as JSON, or above the server's max_allowed_packet: no Kafka record; shorten it or delete it`,
    { system: 'mysql', code: 'invalid' },
  );
}

async function describe(ask: Ask, table: TableName, signal: AbortSignal): Promise<readonly Column[]> {
  const { name } = sourceTables[table];
  const sql = `SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${name}' ORDER BY ORDINAL_POSITION`;
  const described = await ask(`asking for the columns of ${name}`, sql, signal);
  if (described.length === 0) {
    throw mysqlError(`reading ${name}`, Object.assign(new Error('no such table'), { code: 'ER_NO_SUCH_TABLE' }));
  }
  return described.map((row) => ({ name: String(row[0]), type: String(row[1]).toLowerCase() }));
}

/** Runs a read; all columns come as raw bytes. Again on a new connection while the database is away. */
async function rows(
  pool: Pool,
  patience: MysqlPatience,
  what: string,
  sql: string,
  signal: AbortSignal,
): Promise<readonly RawRow[]> {
  const start = Date.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await once(pool, patience.answerMs, sql, signal);
    } catch (error) {
      signal.throwIfAborted();
      const failure = mysqlError(what, error);
      if (!failure.canRetry || Date.now() - start > patience.againMs) throw failure;
      await sleep(300, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Connections of pools whose session has its settings. */
const prepared = new WeakSet<object>();

async function once(pool: Pool, timeout: number, sql: string, signal: AbortSignal): Promise<readonly RawRow[]> {
  const connection = await connectionOf(pool, timeout, signal);
  const stop = (): void => connection.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (!prepared.has(connection.connection)) await connection.query({ sql: recordSession, timeout });
    prepared.add(connection.connection);
    const [found] = await connection.query<RawRow[]>({
      sql,
      timeout,
      rowsAsArray: true,
      typeCast: (field) => field.buffer(),
    });
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

/** A connection of the pool, in time: where all are busy, the pool itself waits without end. */
async function connectionOf(pool: Pool, timeout: number, signal: AbortSignal): Promise<PoolConnection> {
  const wanted = pool.getConnection();
  const given = new AbortController();
  try {
    const late = sleep(timeout, undefined, { signal: AbortSignal.any([signal, given.signal]) }).then(() => {
      throw Object.assign(new Error('no connection in time'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' });
    });
    return await Promise.race([wanted, late]);
  } catch (error) {
    void wanted.then(
      (connection) => connection.release(),
      () => undefined,
    );
    throw error;
  } finally {
    given.abort();
  }
}
