import { appendLog } from '../../../activities/s3/log-append.ts';
import { defaultPatience } from '../../../activities/s3/s3-client.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { logBytes } from '../../../pipeline/log-lines.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { firstTimes, startFaultProxy, type FaultProxy } from './fault-proxy.ts';

const settings = { ...testSettings().s3, bucket: uniqueName('append') };

let store: S3ObjectStore;
let proxy: FaultProxy;
let faulty: S3ObjectStore;

beforeAll(async () => {
  store = createS3ObjectStore(settings);
  await store.ensureBucket();
  proxy = await startFaultProxy(settings.endpoint ?? '');
  const once = { ...defaultPatience, attempts: 1 };
  faulty = createS3ObjectStore({ ...settings, endpoint: proxy.endpoint }, once);
});

beforeEach(() => {
  proxy.rule = () => undefined;
});

afterAll(async () => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  await store.remove(keys);
  store.close();
  faulty.close();
  await proxy.close();
});

const isPut = (method: string): boolean => method === 'PUT';

function lineOf(writer: number, n: number, msg = ''): string {
  return JSON.stringify({ level: 30, time: new Date().toISOString(), writer, n, msg });
}

async function linesAt(key: string): Promise<readonly string[]> {
  const text = (await store.get(key))?.body.toString() ?? '';
  expect(text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

describe('appending to a log object', () => {
  test('writers side by side lose no line, double none, and keep the order of each', async () => {
    const written: string[][] = [[], [], [], []];
    await Promise.all(
      written.map(async (own, writer) => {
        for (let batch = 0; batch < 15; batch += 1) {
          const lines = [lineOf(writer, 2 * batch), lineOf(writer, 2 * batch + 1)];
          own.push(...lines);
          await appendLog(store, 'race', { id: `${writer}-${batch}`, lines }, { isNew: batch === 0 });
        }
      }),
    );
    const kept = await linesAt('race');
    expect(kept.toSorted()).toEqual(written.flat().toSorted());
    for (const [writer, own] of written.entries()) {
      expect(kept.filter((line) => line.includes(`"writer":${writer},`))).toEqual(own);
    }
  });

  test.each([
    ['creates the object', []],
    ['adds to it', [lineOf(0, 0, 'before')]],
  ])('a batch whose response was lost is there once when it is sent again: it %s', async (_, before) => {
    const key = `lost/${before.length}`;
    if (before.length > 0) await appendLog(store, key, { id: 'before', lines: before }, { isNew: true });
    const batch = { id: 'mine', lines: [lineOf(1, 1)] };
    proxy.rule = firstTimes(isPut, [{ kind: 'lose-response' }]);
    const isNew = before.length === 0;
    await expect(appendLog(faulty, key, batch, { isNew })).rejects.toMatchObject({ canRetry: true });
    // Somebody else gets on in between.
    const other = [lineOf(2, 2)];
    await appendLog(store, key, { id: 'other', lines: other }, { isNew: false });
    await appendLog(faulty, key, batch, { isNew });
    expect(await linesAt(key)).toEqual([...before, ...batch.lines, ...other]);
  });

  test('a batch that never came is there once when it is sent again', async () => {
    proxy.rule = firstTimes(isPut, [{ kind: 'status', status: 503, code: 'SlowDown' }]);
    const batch = { id: 'mine', lines: [lineOf(1, 1)] };
    await expect(appendLog(faulty, 'refused', batch, { isNew: true })).rejects.toMatchObject({ code: 'throttled' });
    await appendLog(faulty, 'refused', batch, { isNew: true });
    expect(await linesAt('refused')).toEqual(batch.lines);
  });

  test('a log over the limit keeps both its ends and counts the rest', async () => {
    const lines = Array.from({ length: 4_000 }, (_, n) => lineOf(1, n, 'x'.repeat(400)));
    let size = 0;
    for (let at = 0; at < lines.length; at += 1_000) {
      size = await appendLog(store, 'long', { id: `${at}`, lines: lines.slice(at, at + 1_000) }, { isNew: at === 0 });
    }
    expect(size).toBeGreaterThan(logBytes * 0.99);
    expect(size).toBeLessThan(logBytes * 1.001);
    const kept = await linesAt('long');
    expect([kept[0], kept.at(-1)]).toEqual([lines[0], lines.at(-1)]);
    const gaps = kept.filter((line) => line.startsWith('{"leftOut":'));
    const leftOut = gaps.reduce((sum, line) => sum + Number.parseInt(line.slice('{"leftOut":'.length), 10), 0);
    expect(leftOut + kept.length - gaps.length).toBe(lines.length);
  });
});
