import * as fs from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closed } from '../../../activities/s3/stream-end.ts';

/** A disk that takes its time to open files. */
const slowDisk = {
  ...fs,
  open: (...args: Parameters<typeof fs.open>) => setTimeout(() => fs.open(...args), 50),
};

// A download that broke while its file was being opened removed the file before it was made, and the next read failed for good.
test('a file that is removed once its broken stream has closed stays removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tradewind-stream-'));
  const path = join(folder, 'broken');
  const file = fs.createWriteStream(path, { flags: 'wx', fs: slowDisk }).once('error', () => undefined);
  await sleep(10);
  file.destroy(new Error('broken'));
  await closed(file);
  await rm(path, { force: true });
  await sleep(150);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
