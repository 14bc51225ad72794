import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog, readLog } from '../../../stack/databricks/run-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let number = 0;
const newPath = (): string => join(folder, `log-${number++}`);

describe('a log', () => {
  test('has every line on disk when it says so, in the order they came', async () => {
    const path = newPath();
    const log = await openLog(path, [{ first: true }]);
    const flushes = Array.from({ length: 500 }, async (_, n) => {
      log.append({ n });
      await log.flushed();
      // Read by another descriptor: what was promised is there, not in our memory.
      return readFileSync(path, 'utf8').includes(`{"n":${n}}\n`);
    });
    expect((await Promise.all(flushes)).every(Boolean)).toBe(true);
    await log.close();
    expect(readLog(path)).toEqual([{ first: true }, ...Array.from({ length: 500 }, (_, n) => ({ n }))]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('has ten thousand lines of 64 writers share their waits for the disk', async () => {
    const path = newPath();
    const file = await open(path, 'w');
    await file.close();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what every open file is made of
    const waits = jest.spyOn(Object.getPrototypeOf(file) as FileHandle, 'datasync');
    const log = await openLog(path, []);
    await Promise.all(
      Array.from({ length: 64 }, async (_, writer) => {
        for (let n = writer; n < 10_000; n += 64) {
          log.append({ n });
          await log.flushed();
        }
      }),
    );
    await log.close();
    expect(readLog(path)).toHaveLength(10_000);
    expect(waits.mock.calls.length).toBeGreaterThan(0);
    expect(waits.mock.calls.length).toBeLessThan(10_000 / 32);
    waits.mockRestore();
  });

  test('forgets the line that a killed process was writing, and refuses a damaged one', async () => {
    const path = newPath();
    writeFileSync(path, '{"a":1}\n{"b":2}\n{"c":');
    expect(readLog(path)).toEqual([{ a: 1 }, { b: 2 }]);
    const log = await openLog(path, readLog(path));
    log.append({ d: 4 });
    await log.close();
    expect(readLog(path)).toEqual([{ a: 1 }, { b: 2 }, { d: 4 }]);
    appendFileSync(path, 'nonsense\n{"e":5}\n');
    expect(() => readLog(path)).toThrow('line 4 of');
    expect(readLog(newPath())).toEqual([]);
  });

  test('never says again that a line is on disk once the disk has refused one', async () => {
    const log = await openLog(newPath(), []);
    await log.close();
    log.append({ lost: true });
    await expect(log.flushed()).rejects.toThrow(/closed|EBADF/);
    log.append({ lost: true });
    await expect(log.flushed()).rejects.toThrow(/closed|EBADF/);
    await expect(log.flushed()).rejects.toThrow(/closed|EBADF/);
  });
});
