import * as fc from 'fast-check';
import { boundLog, leftOutLine, lineBytes, logBytes, timeOf } from '../../pipeline/log-lines.ts';

const instant = (ms: number): string => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();

/** A line as pino writes it. */
function lineAt(ms: number, msg: string): string {
  return JSON.stringify({ level: 30, time: instant(ms), msg });
}

/** Lines that a log accounts for, by what it says of itself. */
function accounted(log: readonly string[]): number {
  return log.reduce((sum, line) => {
    const { leftOut = 1 } = JSON.parse(line) as { readonly leftOut?: number };
    return sum + leftOut;
  }, 0);
}

const bytesOf = (log: readonly string[]): number => log.reduce((sum, line) => sum + lineBytes(line), 0);

describe("a try's log", () => {
  test('is in the order of time, and what was written in one millisecond stays as it was', () => {
    const lines = [lineAt(5, 'd'), lineAt(1, 'a'), lineAt(3, 'b'), lineAt(3, 'c')];
    expect(boundLog(lines)).toEqual([lines[1], lines[2], lines[3], lines[0]]);
  });

  test('keeps its beginning and its end, and says between them how many lines are left out', () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => lineAt(n, `line ${n} ${'x'.repeat(60)}`));
    const log = boundLog(lines);
    const at = log.findIndex((line) => line.startsWith('{"leftOut":'));
    expect(log[0]).toBe(lines[0]);
    expect(log.at(-1)).toBe(lines.at(-1));
    expect(bytesOf(log.slice(0, at))).toBeGreaterThan(logBytes / 2 - 200);
    expect(bytesOf(log.slice(at + 1))).toBeGreaterThan(logBytes / 2 - 200);
    expect(log.slice(0, at)).toEqual(lines.slice(0, at));
    const tail = log.slice(at + 1);
    expect(tail).toEqual(lines.slice(-tail.length));
    const leftOut = lines.length - at - tail.length;
    const time = timeOf(lines[at + leftOut - 1] ?? '');
    expect(JSON.parse(log[at] ?? '')).toEqual({
      leftOut,
      level: 40,
      time,
      msg: `${leftOut} log lines were left out here`,
    });
  });

  test('does not take a field of somebody else for a line that was left out', () => {
    const own = JSON.stringify({ level: 30, time: instant(0), leftOut: 7, msg: 'mine' });
    const log = boundLog([own, ...Array.from({ length: 10 }, (_, n) => lineAt(n + 1, 'x'.repeat(50)))], 300);
    expect(log[0]).toBe(own);
    expect(accounted(log.slice(1))).toBe(10);
  });

  test('accounts for every line and stays in its limit, however it grows', () => {
    const limit = 600;
    const line = fc.record({ ms: fc.nat(50), size: fc.nat(400), lost: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 12 }), { maxLength: 8 }), (batches) => {
        let log: readonly string[] = [];
        let written = 0;
        for (const batch of batches) {
          const lines = batch.map(({ ms, size, lost }) =>
            // Some were lost before they came here, for want of room.
            lost > 1 ? leftOutLine(lost, instant(ms)) : lineAt(ms, 'é'.repeat(size / 2)),
          );
          written += batch.reduce((sum, { lost }) => sum + (lost > 1 ? lost : 1), 0);
          log = boundLog([...log, ...lines], limit);
          expect(accounted(log)).toBe(written);
          expect(bytesOf(log)).toBeLessThanOrEqual(limit + lineBytes(leftOutLine(written, instant(0))));
          expect(log.map(timeOf)).toEqual(log.map(timeOf).toSorted());
        }
      }),
    );
  });
});
