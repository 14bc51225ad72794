import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { FindObjectsInput } from '../../../activities/steps/contract.ts';
import { createFindObjects } from '../../../activities/steps/find-objects.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { testContext } from './step-context.ts';

describe('looking for objects', () => {
  let store: S3ObjectStore;

  beforeAll(async () => {
    store = createS3ObjectStore({ ...testSettings().s3, bucket: uniqueName('find') });
    await store.ensureBucket();
    for (const [key, size] of Object.entries({ 'in/a.csv': 3, 'in/b.csv': 5, 'in/deep/c.csv': 7, 'in/a.csv.tmp': 9 })) {
      await store.replace(key, Buffer.alloc(size));
    }
  });

  afterAll(() => store.close());

  const find = (wanted: Partial<FindObjectsInput>) =>
    createFindObjects({ store })({ bucketKey: [], wildcardMatch: false, minSize: 0, ...wanted }, testContext());
  const keysOf = async (wanted: Partial<FindObjectsInput>) => (await find(wanted))?.map(({ key }) => key) ?? null;

  test('tells key, size and time of what is there', async () => {
    const [a, b] = (await find({ bucketKey: ['in/b.csv', 'in/a.csv'] })) ?? [];
    expect(a).toEqual({ key: 'in/b.csv', size: 5, lastModified: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(Math.abs(Date.parse(a?.lastModified ?? '') - Date.now())).toBeLessThan(120_000);
    expect(b).toMatchObject({ key: 'in/a.csv', size: 3 });
  });

  test('takes every key for needed, and a key with wildcards for itself unless they are asked for', async () => {
    expect(await keysOf({ bucketKey: ['in/a.csv', 'in/none.csv'] })).toBeNull();
    expect(await keysOf({ bucketKey: ['in/*.csv'] })).toBeNull();
    expect(await keysOf({ bucketKey: ['in/a'] })).toBeNull();
  });

  test('finds by patterns, each object once', async () => {
    const wildcardMatch = true;
    expect(await keysOf({ bucketKey: ['in/*.csv', 'in/[ab].csv'], wildcardMatch })).toEqual([
      'in/a.csv',
      'in/b.csv',
      'in/deep/c.csv',
    ]);
    expect(await keysOf({ bucketKey: ['in/*.csv', 'out/*'], wildcardMatch })).toBeNull();
  });

  test('passes over what is too small', async () => {
    expect(await keysOf({ bucketKey: ['in/*.csv'], wildcardMatch: true, minSize: 5 })).toEqual([
      'in/b.csv',
      'in/deep/c.csv',
    ]);
    expect(await keysOf({ bucketKey: ['in/a.csv'], minSize: 4 })).toBeNull();
  });

  test('says so when there are too many to name', async () => {
    const many = async function* () {
      for (let n = 0; n < 2_000; n++) yield { key: `in/${n}`, size: 1, lastModified: new Date() };
    };
    const step = createFindObjects({ store: { ...store, list: many } });
    await expect(step({ bucketKey: ['in/*'], wildcardMatch: true, minSize: 0 }, testContext())).rejects.toMatchObject({
      code: 'too_large',
      canRetry: false,
      message: expect.stringContaining('narrow the pattern'),
    });
  });
});
