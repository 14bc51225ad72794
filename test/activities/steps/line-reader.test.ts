import { readLines } from '../../../activities/steps/line-reader.ts';

async function linesOf(...pieces: readonly string[]): Promise<readonly string[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield Buffer.from(piece, 'latin1');
  }
  const lines: string[] = [];
  for await (const line of readLines(stream(), 20, 'posts')) lines.push(line.toString('latin1'));
  return lines;
}

const mark = '\u00ef\u00bb\u00bf';

test.each([
  ['at the beginning', [`${mark}{"a":1}\n{"b":2}\n`], ['{"a":1}', '{"b":2}']],
  ['that comes in two pieces', ['\u00ef', '\u00bb\u00bf{"a":1}\r\n'], ['{"a":1}']],
  ['and nothing else', [mark], []],
  ['before the second line, which is data', [`{"a":1}\n${mark}{}`], ['{"a":1}', `${mark}{}`]],
])('a byte order mark %s', async (_, pieces, lines) => {
  expect(await linesOf(...pieces)).toEqual(lines);
});

test('a line that is too long is named', async () => {
  await expect(linesOf('ok\n', 'x'.repeat(21))).rejects.toThrow('line 2 of posts is longer than 20 bytes');
});
