import { createConnection, type Connection } from 'mysql2/promise';
import { mysqlError } from '../../../activities/mysql/mysql-error.ts';
import { mysqlOptions } from '../../../activities/mysql/mysql-settings.ts';
import type { SourceDatabase } from '../../../activities/mysql/port.ts';
import { recordQuery } from '../../../activities/mysql/record-query.ts';
import { createSourceDatabase } from '../../../activities/mysql/source-database.ts';
import { seedSource } from '../../../activities/mysql/source-seeder.ts';
import { AdapterError } from '../../../activities/shared/adapter-error.ts';
import { sourcePosts } from '../../../pipeline/source/source-posts.ts';
import { sourcePostCount } from '../../../pipeline/source/source-tables.ts';
import { tableNames } from '../../../pipeline/tables.ts';
import { testSettings, uniqueDatabase } from '../../support/stack.ts';

const signal = new AbortController().signal;
const settings = { ...testSettings().mysql, database: uniqueDatabase() };
const source = sourcePosts();
let database: SourceDatabase;
let sql: Connection;

beforeAll(async () => {
  await seedSource(settings, { force: false, signal });
  database = createSourceDatabase(settings);
  sql = await createConnection(mysqlOptions(settings));
});

afterAll(async () => {
  await sql.query(`DROP DATABASE \`${settings.database}\``);
  await sql.end();
  await database.close();
});

describe('seeding', () => {
  test('does nothing where the posts are there already', async () => {
    expect(await seedSource(settings, { force: false, signal })).toBe('already');
  });

  test('refuses other rows until told, and then replaces them', async () => {
    await sql.query("UPDATE pinterest_data SET title = 'mine' WHERE `index` = 11153");
    await expect(seedSource(settings, { force: false, signal })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('--force'),
    });
    expect(await seedSource(settings, { force: true, signal })).toBe('seeded');
    await sql.query('DELETE FROM user_data WHERE ind = 5');
    await expect(seedSource(settings, { force: false, signal })).rejects.toMatchObject({ code: 'conflict' });
    expect(await seedSource(settings, { force: true, signal })).toBe('seeded');
  });

  test('leaves nothing half done when it is stopped', async () => {
    const other = { ...settings, database: uniqueDatabase() };
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(seedSource(other, { force: false, signal: stop.signal })).rejects.toThrow('stopped');
    expect(await seedSource(other, { force: false, signal })).toBe('seeded');
    await sql.query(`DROP DATABASE \`${other.database}\``);
  });

  test('says what to check when the database is away', async () => {
    const away = seedSource({ ...settings, port: 1 }, { force: false, signal });
    await expect(away).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('TW_MYSQL_PORT'),
    });
    const wrong = seedSource({ ...settings, password: 'wrong' }, { force: false, signal });
    await expect(wrong).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(wrong).rejects.not.toThrow(/wrong\b.*password/);
  });
});

describe('reading', () => {
  test('knows the last post', async () => {
    expect(await database.lastOffset(signal)).toBe(sourcePostCount - 1);
  });

  test.each(tableNames)('gives rows of %s as JSON.stringify would', async (table) => {
    const all = Array.from({ length: sourcePostCount }, (_, index) => index);
    const found = await database.records(table, all, 'space', signal);
    expect(found.size).toBe(sourcePostCount);
    expect(all.map((index) => found.get(index)?.value.toString())).toEqual(
      all.map((index) => JSON.stringify(source.post(index)[table])),
    );
    expect(all.map((index) => found.get(index)?.key.toString())).toEqual(all.map(String));
  });

  test('takes posts in any order, repeated, absent or none', async () => {
    const found = await database.records('geo', [7528, 3, 7528, 99_999], 'iso', signal);
    expect([...found.keys()].toSorted((a, b) => a - b)).toEqual([3, 7528]);
    expect(JSON.parse(found.get(7528)?.value.toString() ?? '')).toEqual({
      ind: 7528,
      timestamp: '2020-08-28T03:52:47',
      latitude: -89.9787,
      longitude: -173.293,
      country: 'Albania',
    });
    expect((await database.records('geo', [], 'iso', signal)).size).toBe(0);
  });

  test('takes tables as strangers make them: nulls, quotes, control characters, other types, more columns', async () => {
    const strange = { ...settings, database: uniqueDatabase() };
    await sql.query(`CREATE DATABASE \`${strange.database}\` CHARACTER SET utf8mb4`);
    const other = await createConnection(mysqlOptions(strange));
    await other.query(`CREATE TABLE user_data (ind BIGINT PRIMARY KEY, first_name TEXT, \`it's "odd"\` VARCHAR(99),
      age DOUBLE, date_joined TIMESTAMP NULL, big DECIMAL(30,10), day DATE)`);
    const text = 'a "quote", a \\ slash/, \u0000\u0001\b\f\n\r\t\u001f\u007f, ✂️ 𝓘 é, \u2028 and __proto__';
    await other.query("SET time_zone = '+00:00'");
    await other.query('INSERT INTO user_data VALUES ?', [
      [
        [1, text, "it's", 1.5e-7, '2020-07-01 12:00:00', '1234567890.5', '2020-02-29'],
        [2, null, null, null, null, null, null],
      ],
    ]);
    const reader = createSourceDatabase(strange);
    const found = await reader.records('user', [1, 2], 'iso', signal);
    expect(JSON.parse(found.get(1)?.value.toString() ?? '')).toEqual({
      ind: 1,
      first_name: text,
      'it\'s "odd"': "it's",
      age: 1.5e-7,
      date_joined: '2020-07-01T12:00:00',
      big: 1234567890.5,
      day: '2020-02-29',
    });
    expect(Object.values(JSON.parse(found.get(2)?.value.toString() ?? ''))).toEqual([
      2,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    await reader.close();
    await other.query(`DROP DATABASE \`${strange.database}\``);
    await other.end();
  });

  test('takes rows that are too long together one by one, and names the one that is too long alone', async () => {
    const long = { ...settings, database: uniqueDatabase() };
    await sql.query(`CREATE DATABASE \`${long.database}\` CHARACTER SET utf8mb4`);
    await sql.query(`CREATE TABLE \`${long.database}\`.user_data (ind INT PRIMARY KEY, first_name LONGTEXT)`);
    // Two are above 16 MB together. Ten million quotes are twenty million characters of JSON.
    await sql.query(`INSERT INTO \`${long.database}\`.user_data VALUES
      (1, REPEAT('a', 10000000)), (2, REPEAT('b', 10000000)), (3, 'c'), (4, REPEAT('"', 10000000))`);
    const reader = createSourceDatabase(long);
    const found = await reader.records('user', [1, 2, 3, 5], 'space', signal);
    expect([...found].map(([number, { value }]) => [number, JSON.parse(value.toString()).first_name.length])).toEqual([
      [1, 10_000_000],
      [2, 10_000_000],
      [3, 1],
    ]);
    await expect(reader.records('user', [1, 2, 3, 4], 'space', signal)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('row 4 of user_data'),
    });
    await reader.close();
    await sql.query(`DROP DATABASE \`${long.database}\``);
  });

  test('goes on when its connections are cut in the middle of reads', async () => {
    const reader = createSourceDatabase(settings);
    const all = Array.from({ length: sourcePostCount }, (_, index) => index);
    let cut = 0;
    const readings = Array.from({ length: 8 }, () => reader.records('pin', all, 'space', signal));
    const done = Promise.all(readings);
    for (let look = 0; look < 500 && cut < 3; look++) {
      const [found] = await sql.query(
        `SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = '${settings.database}' AND info LIKE 'SELECT COUNT(*), GROUP_CONCAT%'`,
      );
      for (const row of Array.isArray(found) ? found : []) {
        if (!('id' in row)) continue;
        await sql.query(`KILL CONNECTION ${row['id']}`).catch(() => undefined);
        cut += 1;
      }
    }
    for (const found of await done) expect(found.size).toBe(sourcePostCount);
    expect(cut).toBeGreaterThan(0);
    await reader.close();
  });

  test('stops at once when its signal aborts', async () => {
    const stop = new AbortController();
    const reading = database.records(
      'pin',
      Array.from({ length: sourcePostCount }, (_, i) => i),
      'space',
      stop.signal,
    );
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  test('says when a table is not there', async () => {
    await sql.query(`CREATE DATABASE \`${settings.database}_x\``);
    const empty = createSourceDatabase({ ...settings, database: `${settings.database}_x` });
    await expect(empty.records('pin', [1], 'space', signal)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('tw db seed'),
    });
    await empty.close();
    await sql.query(`DROP DATABASE \`${settings.database}_x\``);
  });
});

describe('the words of a query', () => {
  test('read a range where the numbers are one', () => {
    const columns = [{ name: 'ind', type: 'int' }];
    expect(recordQuery('geolocation_data', 'ind', columns, [5, 3, 4, 4], 'space')).toContain('BETWEEN 3 AND 5');
    expect(recordQuery('geolocation_data', 'ind', columns, [5, 3], 'space')).toContain('IN (3,5)');
    expect(() => recordQuery('t', 'ind', columns, [1.5], 'space')).toThrow(RangeError);
  });

  test('an error of mysql2 keeps its message to itself', () => {
    const error = mysqlError('reading', Object.assign(new Error("Duplicate entry 'secret'"), { code: 'ER_DUP_ENTRY' }));
    expect(error).toBeInstanceOf(AdapterError);
    expect(error.message).not.toContain('secret');
    expect(error.message).toContain('ER_DUP_ENTRY');
  });
});

test('TLS verifies the server and its name', () => {
  expect(mysqlOptions({ ...settings, caPath: __filename })).toMatchObject({ ssl: { verifyIdentity: true } });
  expect(() => mysqlOptions({ ...settings, caPath: '/no/such.pem' })).toThrow(/TW_MYSQL_CA_PATH/);
});
