import { createConnection, escapeId, type RowDataPacket } from 'mysql2/promise';
import { mysqlError } from '../../activities/mysql/mysql-error.ts';
import { mysqlOptions, type MysqlSettings } from '../../activities/mysql/mysql-settings.ts';
import { sourcePosts } from '../../pipeline/source/source-posts.ts';
import { sourcePostCount, sourceTables } from '../../pipeline/source/source-tables.ts';

/** A database of its own with so many rows of `pinterest_data`, made of the source's posts over and over; kept for next time. */
export async function fillBenchSource(settings: MysqlSettings, rows: number): Promise<void> {
  const options = mysqlOptions(settings);
  delete options.database;
  const connection = await createConnection(options).catch((error: unknown) => {
    throw mysqlError('filling the database of the benchmark', error);
  });
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${escapeId(settings.database)} CHARACTER SET utf8mb4`);
    await connection.query(`USE ${escapeId(settings.database)}`);
    for (const { ddl } of Object.values(sourceTables)) await connection.query(ddl);
    const [found] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS there FROM pinterest_data');
    if (Number(found[0]?.['there']) === rows) return;
    await connection.query('TRUNCATE TABLE pinterest_data');
    const source = sourcePosts();
    const posts = Array.from({ length: sourcePostCount }, (_, i) => Object.values(source.post(i).pin).slice(1));
    for (let from = 0; from < rows; from += 2_000) {
      const batch = Array.from({ length: Math.min(2_000, rows - from) }, (_, i) => [
        from + i,
        ...(posts[(from + i) % sourcePostCount] ?? []),
      ]);
      await connection.query('INSERT INTO pinterest_data VALUES ?', [batch]);
    }
  } finally {
    await connection.end();
  }
}
