import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDeltaTables } from '../../../activities/delta/delta-tables.ts';
import type { DeltaTable } from '../../../activities/delta/port.ts';
import { createCheckpointCodec } from '../../../activities/duckdb/checkpoint-codec.ts';
import { createDuckDb } from '../../../activities/duckdb/engine.ts';
import type { SqlEngine } from '../../../activities/duckdb/port.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { AdapterError } from '../../../activities/shared/adapter-error.ts';
import type { CheckpointCodec } from '../../../activities/shared/checkpoint-codec.ts';
import type { AddFile } from '../../../pipeline/delta/actions.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

const { signal } = new AbortController();
const childPath = join(__dirname, '../../../dist/activities/duckdb/child.js');
const columns = [{ name: 'ind', type: 'long' }] as const;
let store: S3ObjectStore;
let workDir: string;
let open: (name: string) => DeltaTable;
let codec: CheckpointCodec;
/** DuckDB processes that were started. */
let sessions = 0;

beforeAll(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'delta-test-'));
  store = createS3ObjectStore({ ...testSettings().s3, bucket: uniqueName('delta') });
  await store.ensureBucket();
  const duckDb = createDuckDb({ memory: '256MB', threads: 1, workDir, childPath });
  const engine: SqlEngine = {
    use: (options, work) => {
      sessions += 1;
      return duckDb.use(options, work);
    },
  };
  codec = createCheckpointCodec(engine);
  open = (name) => createDeltaTables({ store, prefix: 'tables/', codec }).table(name, columns);
});
afterAll(() => {
  store.close();
  rmSync(workDir, { recursive: true });
});

const file = (path: string, rows = 1): AddFile => ({
  path,
  partitionValues: {},
  size: 1,
  modificationTime: 0,
  dataChange: true,
  stats: JSON.stringify({ numRecords: rows, minValues: { ind: 1 }, maxValues: { ind: 2 }, nullCount: { ind: 0 } }),
});
const change = (run: string, add: AddFile[] = [], remove: string[] = []): Parameters<DeltaTable['commit']>[1] => ({
  operation: 'MERGE',
  add,
  remove,
  progress: [{ appId: 'topic/0', version: 7 }],
  run,
  metrics: { rows: 3 },
});

const plain = (files: ReadonlyMap<string, AddFile> | undefined): unknown =>
  [...(files?.values() ?? [])].map(({ path, size, stats }) => [path, size, stats].join(' ')).toSorted();
const put = (name: string, text: string): Promise<unknown> =>
  store.create(`tables/${name}/_delta_log/${'0'.repeat(20)}.json`, Buffer.from(text));

/** Commits as if it were the version after `version`, without the ones between. */
async function skipTo(table: DeltaTable, version: number): ReturnType<DeltaTable['commit']> {
  const base = await table.snapshot({ signal });
  return table.commit(base && { ...base, version }, change('skipped'), signal);
}

describe('a table', () => {
  test('is born with its first commit and replayed version by version', async () => {
    const table = open('births');
    expect(await table.snapshot({ signal })).toBeUndefined();
    expect(await table.commit(undefined, change('one', [file('a'), file('b')]), signal)).toBe('committed');
    const first = await table.snapshot({ signal });
    expect(await table.commit(first, change('two', [file('c')], ['a']), signal)).toBe('committed');
    const second = await table.snapshot({ signal });
    expect([second?.version, [...(second?.files.keys() ?? [])]]).toEqual([1, ['b', 'c']]);
    expect(Object.fromEntries(second?.txns ?? [])).toEqual({ 'topic/0': 7, one: 0, two: 1 });
    expect([...((await table.snapshot({ version: 0, signal }))?.files.keys() ?? [])]).toEqual(['a', 'b']);
    expect(await table.snapshot({ version: 9, signal })).toBeUndefined();
    expect((await table.commitInfo(1, signal))?.operationMetrics).toEqual({ rows: '3' });
    expect(await table.commitInfo(2, signal)).toBeUndefined();
  });

  test('lets one of many writers have a version', async () => {
    const table = open('races');
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => table.commit(undefined, change(`run-${n}`), signal)),
    );
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
    expect((await table.snapshot({ signal }))?.version).toBe(0);
  });

  test('has a checkpoint every hundred versions, from which it reads the same', async () => {
    const table = open('checkpoints');
    let base = undefined as Awaited<ReturnType<DeltaTable['snapshot']>>;
    for (let version = 0; version <= 101; version += 1) {
      const files = [...(base?.files.keys() ?? [])];
      const remove = files.length > 3 ? [files[0] ?? ''] : [];
      await table.commit(base, change(`run-${version}`, [file(`f-${version}`, version)], remove), signal);
      const { replay } = await import('../../../pipeline/delta/snapshot.ts');
      const { parseActions } = await import('../../../pipeline/delta/actions.ts');
      const key = `tables/checkpoints/_delta_log/${String(version).padStart(20, '0')}.json`;
      base = replay(base, version, parseActions((await store.get(key))?.body.toString() ?? ''));
    }
    const log = 'tables/checkpoints/_delta_log/';
    expect(await store.head(`${log}00000000000000000100.checkpoint.parquet`)).toBeDefined();
    expect(JSON.parse((await store.get(`${log}_last_checkpoint`))?.body.toString() ?? '')).toMatchObject({
      version: 100,
    });
    // Without the early commits only the checkpoint can tell.
    await store.remove(Array.from({ length: 100 }, (_, n) => `${log}${String(n).padStart(20, '0')}.json`));
    const read = await table.snapshot({ signal });
    expect(read?.version).toBe(101);
    expect(Object.fromEntries(read?.txns ?? [])).toEqual(Object.fromEntries(base?.txns ?? []));
    expect(Object.fromEntries(read?.txnTimes ?? [])).toEqual(Object.fromEntries(base?.txnTimes ?? []));
    expect(read?.metadata).toEqual(base?.metadata);
    expect([...(read?.removed.keys() ?? [])].toSorted()).toEqual([...(base?.removed.keys() ?? [])].toSorted());
    expect(read?.removed.size).toBe(98);
    expect(plain(read?.files)).toEqual(plain(base?.files));
  });

  test('of more than a hundred versions costs no DuckDB process at each look', async () => {
    await open('looks').commit(undefined, change('one', [file('a')]), signal);
    await skipTo(open('looks'), 99);
    const before = sessions;
    const looks = [];
    // A step opens the table anew each time, and may be in a session of its own with all the memory that it may take.
    for (let n = 0; n < 5; n += 1) looks.push(await open('looks').snapshot({ signal }));
    expect(looks.map((look) => look?.version)).toEqual([100, 100, 100, 100, 100]);
    expect(sessions - before).toBe(1);
  });

  test('whose checkpoint cannot be read is read by its log, and somebody is told', async () => {
    const told: string[] = [];
    const log = { warn: (message: string) => void told.push(message) };
    const table = createDeltaTables({ store, prefix: 'tables/', codec, log }).table('unreadable', columns);
    await table.commit(undefined, change('one', [file('a')]), signal);
    await table.commit(await table.snapshot({ signal }), change('two', [file('b')]), signal);
    const root = 'tables/unreadable/_delta_log/';
    await store.create(`${root}${'100'.padStart(20, '0')}.checkpoint.parquet`, Buffer.from('half a file'));
    await store.create(`${root}_last_checkpoint`, Buffer.from('{"version":100,"size":4}'));
    expect([...((await table.snapshot({ signal }))?.files.keys() ?? [])]).toEqual(['a', 'b']);
    expect(told).toEqual([expect.stringMatching(/checkpoint of version 100 cannot be read/)]);
  });

  test('whose checkpoint cannot be written has its commit all the same, and somebody is told', async () => {
    const told: string[] = [];
    const options = {
      store,
      prefix: 'tables/',
      codec: { ...codec, encode: () => Promise.reject(new AdapterError('full', { system: 's3', code: 'too_large' })) },
      log: { warn: (message: string, fields: unknown) => void told.push(`${message} ${JSON.stringify(fields)}`) },
    };
    const table = createDeltaTables(options).table('unwritten', columns);
    await table.commit(undefined, change('one', [file('a')]), signal);
    expect(await skipTo(table, 99)).toBe('committed');
    expect(told).toEqual([expect.stringMatching(/checkpoint could not be written.*tables\/unwritten\/.*full/)]);
  });

  test('that was made with other columns is not written to: readers would never see the new ones', async () => {
    const before = open('columns');
    await before.commit(undefined, change('one', [file('a')]), signal);
    const more = [...columns, { name: 'mood', type: 'string' }] as const;
    const after = createDeltaTables({ store, prefix: 'tables/', codec }).table('columns', more);
    const base = await after.snapshot({ signal });
    await expect(after.commit(base, change('two', [file('b')]), signal)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/other columns .* move the folder away/),
    });
    expect((await before.snapshot({ signal }))?.version).toBe(0);
  });

  test('that is broken, or another writer’s, is refused in words', async () => {
    await put('garbage', 'not json\n');
    await expect(open('garbage').snapshot({ signal })).rejects.toMatchObject({ code: 'corrupt', system: 'delta' });
    await put('nameless', '{"add":{"path":"a"}}\n');
    await expect(open('nameless').snapshot({ signal })).rejects.toMatchObject({ code: 'corrupt' });
    await put('newer', '{"protocol":{"minReaderVersion":3,"minWriterVersion":7}}\n{"metaData":{"id":"x"}}\n');
    await expect(open('newer').snapshot({ signal })).rejects.toThrow(
      /another writer raised the table's protocol to 3\/7/,
    );
    expect(() => open('../up')).toThrow(RangeError);
  });

  test('keeps each uploaded file under a name of its own', async () => {
    const table = open('uploads');
    const path = join(workDir, 'data');
    writeFileSync(path, 'bytes');
    const [one, two] = [
      await table.upload({ path, stats: '{}' }, signal),
      await table.upload({ path, stats: '{}' }, signal),
    ];
    expect(one.path).not.toBe(two.path);
    expect(one.size).toBe(5);
    await table.download(one, join(workDir, 'again'), signal);
    await expect(table.download({ ...one, path: '../../secrets' }, join(workDir, 'no'), signal)).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});
