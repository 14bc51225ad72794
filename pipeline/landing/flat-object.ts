/**
 * Bytes that lines are written to, with the same memory seen as words. Made by {@link lineBytes}.
 */
export interface LineBytes {
  readonly bytes: Buffer;
  readonly words: Int32Array;
}

/** Memory for at least `size` bytes of lines. */
export function lineBytes(size: number): LineBytes {
  const bytes = Buffer.allocUnsafeSlow(Math.ceil(size / 4) * 4);
  return { bytes, words: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
}

const quote = 0x22;
const backslash = 0x5c;
const firstPrintable = 0x20;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const colon = 0x3a;
const comma = 0x2c;

/**
 * Whether bytes [from, to) are one flat JSON object on one line: strings, numbers, `true`, `false` and `null` by name,
 * no array or object within, no line end, no escaped surrogate. `true` is a proof (given that the bytes are UTF-8);
 * `false` says nothing: then `JSON.parse` decides. Nearly all records of the pipeline are flat, and this costs half of
 * parsing them and leaves no garbage (docs/decisions/landing.md has the figures).
 *
 * Overwrites the byte at `to`, which must be within the memory.
 */
export function isFlatObject(memory: LineBytes, from: number, to: number): boolean {
  const { bytes } = memory;
  // No token goes on over a zero byte, so that nothing below needs to look for the end.
  bytes[to] = 0;
  let at = afterSpace(bytes, from);
  if (bytes[at] !== openBrace) return false;
  at = afterSpace(bytes, at + 1);
  if (bytes[at] === closeBrace) return afterSpace(bytes, at + 1) === to;
  for (;;) {
    if (bytes[at] !== quote) return false;
    at = afterString(memory, at + 1);
    if (at < 0) return false;
    at = afterSpace(bytes, at);
    if (bytes[at] !== colon) return false;
    at = afterSpace(bytes, at + 1);
    at = bytes[at] === quote ? afterString(memory, at + 1) : afterScalar(bytes, at);
    if (at < 0) return false;
    at = afterSpace(bytes, at);
    if (bytes[at] !== comma) break;
    at = afterSpace(bytes, at + 1);
  }
  return bytes[at] === closeBrace && afterSpace(bytes, at + 1) === to;
}

/** Behind spaces and tabs. Line ends are space to JSON, too, but then the record is not one line. */
function afterSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at += 1;
  return at;
}

/** Behind the closing quote of a string whose content begins at `from`; -1 where it is not one, or not plain enough. */
function afterString({ bytes, words }: LineBytes, from: number): number {
  let at = from;
  for (;;) {
    at = afterPlain(bytes, words, at);
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte !== backslash) return -1;
    const escaped = bytes[at + 1];
    if (escaped === 0x75) {
      if (!isHex(bytes, at + 2)) return -1;
      at += 6;
    } else if (shortEscapes.has(escaped)) {
      at += 2;
    } else {
      return -1;
    }
  }
}

/**
 * The first byte from `from` on that is a quote, a backslash or a control character. Looks at four bytes at a time where
 * it can: in `x - 0x20…` minus what `x` had, the top bit of a byte is set where that byte was below 0x20, and likewise
 * for bytes that equal one, once they have been made zero.
 */
function afterPlain(bytes: Buffer, words: Int32Array, from: number): number {
  let at = from;
  for (; (at & 3) !== 0; at += 1) if (isSpecial(bytes[at])) return at;
  let word = at >> 2;
  for (;;) {
    const x = words[word] ?? 0;
    const q = x ^ 0x22222222;
    const b = x ^ 0x5c5c5c5c;
    const found = (((q - 0x01010101) | 0) & ~q) | (((b - 0x01010101) | 0) & ~b) | (((x - 0x20202020) | 0) & ~x);
    if ((found & 0x80808080) !== 0) break;
    word += 1;
  }
  at = word << 2;
  while (!isSpecial(bytes[at])) at += 1;
  return at;
}

function isSpecial(byte: number | undefined): boolean {
  return byte === undefined || byte < firstPrintable || byte === quote || byte === backslash;
}

const shortEscapes: ReadonlySet<number | undefined> = new Set(Buffer.from('"\\/bfnrt'));

/** Four hexadecimal digits that are no half of a surrogate pair (d800 to dfff). */
function isHex(bytes: Buffer, from: number): boolean {
  for (let at = from; at < from + 4; at += 1) {
    const byte = bytes[at] ?? 0;
    const letter = byte | 0x20;
    if (!isDigit(byte) && !(letter >= 0x61 && letter <= 0x66)) return false;
  }
  return ((bytes[from] ?? 0) | 0x20) !== 0x64 || (bytes[from + 1] ?? 0) < 0x38;
}

/** Behind a number, `true`, `false` or `null`; -1 where there is none. */
function afterScalar(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === 0x74) return afterWord(bytes, from, 'true');
  if (first === 0x66) return afterWord(bytes, from, 'false');
  if (first === 0x6e) return afterWord(bytes, from, 'null');
  return afterNumber(bytes, from);
}

function afterWord(bytes: Buffer, from: number, word: string): number {
  for (let i = 0; i < word.length; i += 1) if (bytes[from + i] !== word.charCodeAt(i)) return -1;
  return from + word.length;
}

function afterNumber(bytes: Buffer, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = bytes[at] === 0x30 ? at + 1 : afterDigits(bytes, at);
  if (at >= 0 && bytes[at] === 0x2e) at = afterDigits(bytes, at + 1);
  if (at >= 0 && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[at + 1];
    at = afterDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }
  return at;
}

/** Behind one digit or more; -1 where there is none. */
function afterDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at += 1;
  return at === from ? -1 : at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
