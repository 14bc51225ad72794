import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCreateOnce } from '../../../activities/s3/create-once-check.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { parseSettings } from '../../../config/settings.ts';
import { startStack, type Stack } from '../../../stack/stack.ts';
import { uniqueName } from '../../support/stack.ts';

/** Every S3 server that the local stack offers is held to what the landing relies on. */
describe.each(['ministack', 'versitygw'] as const)('%s', (server) => {
  let stateDir: string;
  let stack: Stack;
  let store: S3ObjectStore;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'tradewind-race-'));
    stack = await startStack({ stateDir, parts: ['s3'], s3: server, tether: true, given: {} });
    store = createS3ObjectStore({ ...parseSettings(stack.settings).s3, bucket: uniqueName('race') });
    await store.ensureBucket();
  }, 600_000);

  afterAll(async () => {
    store.close();
    await stack.stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  test.each([100, 1024 * 1024])(
    'lets one of 16 writers of %d bytes win, 50 times',
    async (size) => {
      for (let round = 0; round < 50; round += 1) {
        const key = `race/${size}/${round}`;
        const bodies = Array.from({ length: 16 }, () => randomBytes(size));
        const outcomes = await Promise.all(bodies.map(async (body) => store.create(key, body)));
        expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
        const stored = await store.get(key);
        expect(stored?.body.equals(bodies[outcomes.indexOf('created')] ?? Buffer.alloc(0))).toBe(true);
      }
    },
    300_000,
  );

  test.each([100, 1024 * 1024])(
    'lets one of 16 who read a version replace its %d bytes, 50 times',
    async (size) => {
      const key = `replace/${size}`;
      await store.create(key, randomBytes(size));
      for (let round = 0; round < 50; round += 1) {
        const version = (await store.get(key))?.version ?? '';
        const bodies = Array.from({ length: 16 }, () => randomBytes(size));
        const outcomes = await Promise.all(bodies.map(async (body) => store.replaceVersion(key, body, version)));
        expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1);
        const stored = await store.get(key);
        expect(stored?.body.equals(bodies[outcomes.indexOf('replaced')] ?? Buffer.alloc(0))).toBe(true);
      }
    },
    300_000,
  );

  test('passes the check that tw init makes', async () => {
    await expect(checkCreateOnce(store, { rounds: 20, writers: 16 })).resolves.toBeUndefined();
  }, 60_000);
});
