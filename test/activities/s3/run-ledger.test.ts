import { createRunLedger } from '../../../activities/s3/run-ledger.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { ObjectStore } from '../../../activities/shared/object-store.ts';
import type { RunRecord } from '../../../dag/run-record.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

describe('the ledger', () => {
  const settings = { ...testSettings().s3, bucket: uniqueName('ledger') };
  let store: S3ObjectStore;

  beforeAll(async () => {
    store = createS3ObjectStore(settings);
    await store.ensureBucket();
  });

  afterAll(async () => {
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    await store.remove(keys);
    store.close();
  });

  const at = '2026-03-01T00:00:00.000Z';
  const record: RunRecord = {
    version: 1,
    dagId: 'some',
    runId: 'one',
    attempt: 1,
    executionId: 'execution',
    runType: 'manual',
    logicalDate: at,
    dataInterval: { start: at, end: at },
    queuedAt: at,
    start: at,
    end: at,
    state: 'success',
    input: {},
    tasks: Array.from({ length: 20 }, (_, mapIndex) => ({
      taskId: 'work',
      mapIndex,
      label: `work[${mapIndex}]`,
      state: 'success',
      tries: [],
      error: null,
      result: JSON.stringify(`${mapIndex}`.repeat(20_000)),
    })),
  };

  test('sends no long result again that an attempt before has left', async () => {
    const sent: string[] = [];
    let arrived = 0;
    let refused = 0;
    const counted: ObjectStore = {
      ...store,
      create: async (key, ...rest) => {
        if (key.endsWith('/7.json') && refused++ === 0) throw new Error('away');
        sent.push(key);
        const end = await store.create(key, ...rest);
        arrived++;
        return end;
      },
    };
    const ledger = createRunLedger(counted);
    await expect(ledger.write(record)).rejects.toThrow('away');
    await eventually('the others have arrived', () => arrived === 19);
    expect(await ledger.write(record)).toBe(1);
    const results = sent.filter((key) => key.includes('/results/'));
    expect(results).toHaveLength(20);
    expect(new Set(results).size).toBe(20);
    const kept = await ledger.read(record);
    for (const { result, ...task } of record.tasks) {
      const there = kept?.tasks[task.mapIndex];
      expect(there?.result).toBeUndefined();
      expect(there && (await ledger.result(there))).toBe(result);
    }
  });
});
