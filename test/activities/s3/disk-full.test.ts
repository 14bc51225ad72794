import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createLandingZone } from '../../../activities/s3/landing-zone.ts';
import { s3Error } from '../../../activities/s3/s3-error.ts';
import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

/** As Node has it. A disk cannot be filled here, so the error comes from the other end of the pipe. */
const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const verdict = { system: 's3', code: 'unavailable', canRetry: true, message: expect.stringContaining('TW_WORK_DIR') };

test('a disk that is full is one trouble, tried again, wherever it is noticed', async () => {
  const attempt = { verb: 'download', target: 'key', bucket: 'bucket' };
  expect(s3Error(full(), attempt)).toMatchObject(verdict);
  expect(s3Error(Object.assign(new Error('quota'), { code: 'EDQUOT' }), attempt)).toMatchObject(verdict);

  const store = createS3ObjectStore({ ...testSettings().s3, bucket: uniqueName('full') });
  const folder = mkdtempSync(join(tmpdir(), 'full-test-'));
  let streams = 0;
  const stream = async (): Promise<Readable> => {
    streams += 1;
    return new Readable({
      read() {
        this.destroy(full());
      },
    });
  };
  try {
    await store.ensureBucket();
    const draft = { topic: 'u.pin', partition: 0, start: 0, next: 1, lines: Buffer.from('{}\n'), records: 1 };
    const zone = createLandingZone({ ...store, stream }, { gzip: false });
    const { object } = await zone.create({ ...draft, missing: [], quarantined: [], runId: 'run' });
    await expect(zone.download(object, join(folder, 'lines'))).rejects.toMatchObject(verdict);
    // Reading it again at once would fill the disk again.
    expect([streams, readdirSync(folder)]).toEqual([1, []]);
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
});
