import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireWritable, writeJson } from '../../../scripts/demo/json-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-json-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a path that nothing can be written to is refused before anything is done', async () => {
  await expect(requireWritable(join(folder, 'nowhere', 'out.json'))).rejects.toThrow(
    /^--json .*no file can be written/,
  );
  await expect(requireWritable(folder)).rejects.toThrow('that is a folder');
});

test('a path that is fine is left as it is until there is something to write', async () => {
  const path = join(folder, 'out.json');
  await requireWritable(path);
  expect(() => readFileSync(path)).toThrow(/ENOENT/);
  await writeJson(path, { answers: 10 });
  await requireWritable(path);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ answers: 10 });
});
