import { AdapterError } from '../shared/adapter-error.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
/** UTF-8's mark of itself, which some editors write at the beginning of a file and no JSON may begin with. */
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Lines of a stream of bytes, as they are, without their end: `\n`, or `\r\n` as Windows writes it. The last line needs
 * none. Lines of nothing are left out, as JSON Lines readers do, and so is a byte order mark before the first one. Throws `too_large` for a line longer than `longest`
 * bytes, and so holds no more than that and one piece of the stream.
 */
export async function* readLines(
  stream: AsyncIterable<Buffer | string>,
  longest: number,
  name: string,
): AsyncGenerator<Buffer, void, undefined> {
  let begun: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  for await (const part of stream) {
    const piece = typeof part === 'string' ? Buffer.from(part) : part;
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      const line = trimmed([...begun, piece.subarray(start, end)], number);
      if (line.length > longest) throw tooLong(name, number, longest);
      if (line.length > 0) yield line;
      begun = [];
      bytes = 0;
      number += 1;
      start = end + 1;
    }
    begun.push(piece.subarray(start));
    bytes += piece.length - start;
    if (bytes > longest + 1) throw tooLong(name, number, longest);
  }
  const line = trimmed(begun, number);
  if (line.length > longest) throw tooLong(name, number, longest);
  if (line.length > 0) yield line;
}

function trimmed(parts: readonly Buffer[], number: number): Buffer {
  const whole = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  const marked = number === 1 && whole.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const line = marked ? whole.subarray(byteOrderMark.length) : whole;
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}

function tooLong(name: string, number: number, longest: number): AdapterError {
  return new AdapterError(
    `line ${number} of ${name} is longer than ${longest} bytes, which is all that a record holds`,
    {
      system: 'emulator',
      code: 'too_large',
    },
  );
}
