import { checkCreateOnce } from '../../../activities/s3/create-once-check.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { ObjectStore } from '../../../activities/shared/object-store.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

let store: S3ObjectStore;

beforeAll(async () => {
  store = createS3ObjectStore({ ...testSettings().s3, bucket: uniqueName('check') });
  await store.ensureBucket();
});

afterAll(() => store.close());

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  return found;
}

/** A server that does not know the condition, like many S3 look-alikes: every create overwrites. */
function unconditional(): ObjectStore {
  return {
    ...store,
    create: async (key, body, options) => {
      await store.replace(key, body, options);
      return 'created';
    },
  };
}

/** A server that looks before it writes, and does not hold the door in between. */
function racing(): ObjectStore {
  return {
    ...store,
    create: async (key, body, options) => {
      if ((await store.head(key)) !== undefined) return 'exists';
      await store.replace(key, body, options);
      return 'created';
    },
  };
}

describe('the check of put-if-absent', () => {
  test('passes the real server in a moment and leaves nothing behind', async () => {
    await checkCreateOnce(store);
    expect(await keys()).toEqual([]);
  });

  test.each([
    ['ignores the condition', unconditional],
    ['looks before it writes', racing],
  ])('refuses a store that %s, in words, and leaves nothing behind', async (_, make) => {
    const failure: unknown = await checkCreateOnce(make()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'AdapterError', code: 'invalid', canRetry: false });
    expect(String(failure)).toMatch(/of 8 writers create the same object, .*If-None-Match.*lost or doubled/);
    expect(await keys()).toEqual([]);
  });

  test('refuses a store that tells one writer it won and stores another', async () => {
    const liar: ObjectStore = {
      ...store,
      create: async (key) => store.create(key, Buffer.from('somebody else')),
    };
    await expect(checkCreateOnce(liar)).rejects.toThrow('told one writer that it won, and stored another');
  });

  test('passes a store that lets nobody delete', async () => {
    const remove = async (): Promise<void> => {
      throw new Error('AccessDenied');
    };
    await checkCreateOnce({ ...store, remove }, { rounds: 1, writers: 2 });
    const left = await keys();
    expect(left).toHaveLength(1);
    await store.remove(left);
  });
});
