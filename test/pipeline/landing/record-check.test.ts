import * as fc from 'fast-check';
import { isFlatObject, lineBytes } from '../../../pipeline/landing/flat-object.ts';
import { deepest, endLine, recordObjection } from '../../../pipeline/landing/record-check.ts';
import { quarantineReasons } from '../../../pipeline/quarantine.ts';

const limits = { recordBytes: 2_000 };

function reasonOf(value: string | Buffer | null): string {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return recordObjection(bytes, limits)?.reason ?? 'good';
}

/** Whether the fast way takes a value, which then must be a good one. */
function isFlat(value: Buffer): boolean {
  const memory = lineBytes(value.length + 9);
  // Whatever stood there before must not matter, and no place in the memory may.
  memory.bytes.fill('"}');
  value.copy(memory.bytes, 3);
  return isFlatObject(memory, 3, 3 + value.length);
}

const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

describe('what may be a line', () => {
  test.each([
    ['{"index":4,"title":"Ω and 😀"}', 'good'],
    [' { "a" : 1 } ', 'good'],
    ['{}', 'good'],
    ['{"__proto__":{"polluted":true},"constructor":1}', 'good'],
    ['{"a":1,"a":2}', 'good'],
    ['{"a":1e999,"b":123456789012345678901234567890}', 'good'],
    [String.raw`{"a":"x\u0000y"}`, 'good'],
    [String.raw`{"a":"\ud83d\ude00"}`, 'good'],
    [String.raw`{"a":"\uD83D\uDE00\uD83D\uDE00"}`, 'good'],
    [String.raw`{"a":"\\ud800"}`, 'good'],
    ['{\r\n"a":\n1}', 'good'],
    [nested(deepest), 'good'],
    ['', 'not_json'],
    ['{', 'not_json'],
    ['nothing', 'not_json'],
    ['{"a":1}{"b":2}', 'not_json'],
    ['{"a":1},{"b":2}', 'not_json'],
    ["{'a':1}", 'not_json'],
    ['{"a":NaN}', 'not_json'],
    ['{"a":"x\u0000y"}', 'not_json'],
    ['{"a":"x\ny"}', 'not_json'],
    ['\u{feff}{"a":1}', 'not_json'],
    ['\u{a0}{"a":1}', 'not_json'],
    ['{"a":01}', 'not_json'],
    ['null', 'not_an_object'],
    ['[{"a":1}]', 'not_an_object'],
    ['"text"', 'not_an_object'],
    ['7', 'not_an_object'],
    [String.raw`{"a":"\ud800"}`, 'lone_surrogate'],
    [String.raw`{"a":"\udc00\ud800"}`, 'lone_surrogate'],
    [String.raw`{"a":"\ud83d \ude00"}`, 'lone_surrogate'],
    [String.raw`{"a":"\ud83d\\\ude00"}`, 'lone_surrogate'],
    [String.raw`{"a":"\\\ud800"}`, 'lone_surrogate'],
    [String.raw`{"\uDFFF":1}`, 'lone_surrogate'],
    [nested(deepest + 1), 'too_deep'],
    [nested(900), 'too_deep'],
    [`{"a":"${'x'.repeat(2_000)}"}`, 'too_large'],
  ])('%j is %s', (value, reason) => {
    expect(reasonOf(value)).toBe(reason);
    expect(isFlat(Buffer.from(value)) && !['good', 'too_large'].includes(reason)).toBe(false);
  });

  test('bytes that are no text, half of a surrogate pair in UTF-8 among them, and no value at all', () => {
    expect(reasonOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe('not_utf8');
    expect(reasonOf(Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]))).toBe('not_utf8');
    expect(reasonOf(null)).toBe('null_value');
  });

  test('takes a record of a million levels for what it is', () => {
    const value = Buffer.from(`{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`);
    expect(recordObjection(value, { recordBytes: value.length })?.reason).toBe('too_deep');
  });

  test('says why in words without a word of the record', () => {
    expect(recordObjection(Buffer.from('secret'), limits)).toEqual({
      reason: 'not_json',
      detail: quarantineReasons.not_json,
    });
    expect(recordObjection(Buffer.from('["secret"]'), limits)?.detail).not.toContain('secret');
  });

  test('agrees with JSON.parse on any text', () => {
    const textual = fc.oneof(
      fc.json(),
      fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0123dDeE+-. \t\n\rtruefalsn'.split('')), maxLength: 40 }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(textual, (text) => {
        expect(expectedOf(text)).toContain(reasonOf(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What a text may be found to be, by parsing it and looking. */
function expectedOf(text: string): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return ['not_json'];
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return ['not_an_object'];
  return isWellFormed(parsed) ? ['good', 'too_deep'] : ['lone_surrogate'];
}

/** Whether all strings of a document can be UTF-8. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, child]) => isWellFormed(name) && isWellFormed(child));
}

describe('the fast way', () => {
  /** Pieces of JSON, put together in any order: objects, nearly objects and rubbish. */
  const piece = fc.constantFrom(
    '{', '}', '"', ':', ',', '"a"', '"b\\n"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\u12"', '"\\x"', '"ü😀"', '"long enough for words"',
    '1', '-0', '-', '0.5', '1.', '01', '1e5', '1E+', '-1.5e-3', 'true', 'false', 'null', 'nul', 'True', ' ', '\t', '\n', '\r', '\u0000', '\u001f', '[', ']', '\\',
  ); // prettier-ignore
  const scalar = fc.constantFrom('1', '-0', '0.5', '1e5', '-1.5E-3', 'true', 'false', 'null', '"x"', '"a longer text"');
  const space = fc.constantFrom('', ' ', '\t', '  ');
  const member = fc
    .tuple(
      space,
      fc.string(),
      space,
      space,
      fc.oneof(
        scalar,
        fc.string().map((s) => JSON.stringify(s)),
      ),
      space,
    )
    .map(([a, name, b, c, value, d]) => `${a}${JSON.stringify(name)}${b}:${c}${value}${d}`);
  const flat = fc.array(member, { minLength: 1, maxLength: 6 }).map((members) => `{${members.join(',')}}`);

  test('takes only what parsing takes', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.boolean(), (pieces, wrapped) => {
        const text = wrapped ? `{"k":${pieces.join('')}}` : pieces.join('');
        const isLine = reasonOf(text) === 'good' && !/[\n\r]/.test(text);
        expect(isFlat(Buffer.from(text)) && !isLine).toBe(false);
      }),
      { numRuns: 20_000 },
    );
  });

  test('takes only what parsing takes when one byte of a good record is another', () => {
    fc.assert(
      fc.property(flat, fc.nat(), fc.nat(255), (text, pick, byte) => {
        const bytes = Buffer.from(text);
        bytes[pick % bytes.length] = byte;
        const objection = recordObjection(bytes, limits);
        const isBad = objection !== undefined && objection.reason !== 'not_utf8';
        expect(isFlat(bytes) && isBad).toBe(false);
      }),
      { numRuns: 20_000 },
    );
  });

  test('takes every flat object without escaped surrogates, wherever it stands in memory', () => {
    fc.assert(
      fc.property(flat, (text) => {
        // After an even number of backslashes: `\\ud` is a backslash and two letters, not an escape.
        expect(isFlat(Buffer.from(text))).toBe(!/(?<!\\)(?:\\\\)*\\u[dD]/.test(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the end of a line', () => {
  test('takes line ends out of a document and changes nothing else', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('\n', '\r\n', '\r'), (json, end) => {
        const text = JSON.stringify(JSON.parse(json), undefined, 1).replaceAll('\n', end);
        const bytes = Buffer.alloc(Buffer.byteLength(text) + 1, '#');
        bytes.write(text);
        endLine(bytes, 0, bytes.length - 1);
        const line = bytes.toString();
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(line).not.toContain('\r');
        expect(JSON.parse(line)).toEqual(JSON.parse(json));
      }),
    );
  });
});
