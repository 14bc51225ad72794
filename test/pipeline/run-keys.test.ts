import * as fc from 'fast-check';
import { keyPart, longRunIdText, placeOfTryLog, runLogPrefix, runPrefix, tryLogKey } from '../../pipeline/run-keys.ts';

describe('run ids in keys', () => {
  test('stay as they are where the schedule made them', () => {
    expect(runPrefix({ dagId: 'pinterestDaily', runId: 'pinterestDaily-2026-11-21T00:00:00Z' })).toBe(
      'runs/pinterestDaily/pinterestDaily-2026-11-21T00:00:00Z/',
    );
  });

  test.each([
    ['a/b', 'a%2Fb'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['', '%'],
    ['50%', '50%25'],
    ['ü', '%C3%BC'],
    ['a\nb', 'a%0Ab'],
  ])('%j becomes %j', (text, part) => {
    expect(keyPart(text)).toBe(part);
  });

  test('are refused where they would make keys that S3 does not take', () => {
    const textOf = (runId: string) => longRunIdText({ dagId: 'pinterestDaily', runId });
    expect([textOf('x'.repeat(579)), textOf('/'.repeat(193))]).toEqual([undefined, undefined]);
    expect(textOf('x'.repeat(580))).toMatch(/^the run's id takes 580 bytes .* at most 579 fit/);
    expect(textOf('/'.repeat(194))).toMatch(/takes 582 bytes/);
    const place = { dagId: 'pinterestDaily', runId: 'x'.repeat(579), taskId: 't'.repeat(250), mapIndex: 9_999 };
    expect(tryLogKey({ ...place, tryNumber: 99 }).length).toBeLessThan(1_024);
  });

  test("are in the key of a try's log, with the task, the map index and the try", () => {
    const place = { dagId: 'pinterestDaily', runId: 'by hand/1', taskId: 'clean', mapIndex: -1, tryNumber: 2 };
    expect(tryLogKey(place)).toBe('logs/pinterestDaily/by%20hand%2F1/clean/-1/2.ndjson');
    expect(tryLogKey({ ...place, runId: 'r', mapIndex: 3 })).toBe('logs/pinterestDaily/r/clean/3/2.ndjson');
  });

  test("are read back from the key of a try's log, which is below the run's prefix", () => {
    const text = fc.string({ unit: 'grapheme' });
    const place = fc.record({
      dagId: text,
      runId: text,
      taskId: text,
      mapIndex: fc.integer({ min: -1, max: 500 }),
      tryNumber: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(place, (one) => {
        expect(placeOfTryLog(tryLogKey(one))).toEqual(one);
        expect(tryLogKey(one).startsWith(runLogPrefix(one))).toBe(true);
      }),
    );
  });

  test.each([
    'logs/dag/run/task/-1/1.json',
    'logs/dag/run/task/1.ndjson',
    'logs/d/r/%FF/-1/1.ndjson',
    'runs/d/r/1.json',
  ])('of another form are no log of a try: %s', (key) => {
    expect(placeOfTryLog(key)).toBeUndefined();
  });

  test('are one harmless part, and two of them are two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(keyPart(a)).toMatch(/^[\w.:+=%-]+$/);
        expect(keyPart(a)).not.toMatch(/^\.+$/);
        expect(keyPart(a) === keyPart(b)).toBe(a === b);
      }),
    );
  });
});
