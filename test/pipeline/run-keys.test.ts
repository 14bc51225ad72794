import * as fc from 'fast-check';
import { keyPart, runPrefix } from '../../pipeline/run-keys.ts';

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
