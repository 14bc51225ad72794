import * as fc from 'fast-check';
import { keyPattern } from '../../pipeline/key-pattern.ts';
import { processorTime } from '../support/processor-time.ts';

// What Python's fnmatch.fnmatchcase says.
test.each([
  ['topics/*.json', 'topics/a/b.json', true],
  ['topics/*.json', 'topics/a.jsonl', false],
  ['*', '', true],
  ['a*', 'a\nb', true],
  ['a?c', 'a/c', true],
  ['a?c', 'ac', false],
  ['?', '😀', true],
  ['day=[0-9][0-9]/*', 'day=07/x', true],
  ['day=[0-9][0-9]/*', 'day=7/x', false],
  ['[!ab]x', 'cx', true],
  ['[!ab]x', 'ax', false],
  ['[]]', ']', true],
  ['[!]]', ']', false],
  ['[a', '[a', true],
  ['[z-a]', 'z', false],
  ['[!z-a]', 'z', true],
  ['[a-]', '-', true],
  ['[^a]', '^', true],
  ['[\\d]', 'd', true],
  ['a.b+(c)|{2}', 'a.b+(c)|{2}', true],
  ['a.b', 'axb', false],
  ['*a*1*b', 'xa-1-b', true],
  ['*a*1*b', 'x1-a-b', false],
  ['a*', 'ba', false],
])('%j and %j: %j', (pattern, key, matches) => {
  expect(keyPattern(pattern).matches(key)).toBe(matches);
});

test('only keys that begin with the prefix match, and a text without wildcards matches itself alone', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab/*?[]!-1'.split('')) }),
      fc.string({ unit: fc.constantFrom(...'ab/1'.split('')) }),
      (pattern, key) => {
        const { prefix, matches } = keyPattern(pattern);
        expect(!matches(key) || key.startsWith(prefix)).toBe(true);
        expect(keyPattern(key).matches(key)).toBe(true);
      },
    ),
  );
});

test('a pattern of many stars is matched in no time', () => {
  const taken = processorTime();
  expect(keyPattern(`${'*a'.repeat(200)}*b`).matches('a'.repeat(1_024))).toBe(false);
  expect(taken()).toBeLessThan(1_000);
});
