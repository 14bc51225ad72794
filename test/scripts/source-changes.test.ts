import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFolder, checkoutFolder } from '../../scripts/build-folder.ts';
import { watchSources } from '../../scripts/source-changes.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'tradewind-sources-')));
const rooms = [
  'activities',
  'config',
  'dag',
  'pipeline',
  'workers',
  'workflows',
  'notebooks',
  'scripts',
  'dist/scripts',
];

beforeAll(() => {
  for (const room of [...rooms, 'node_modules/.bin']) mkdirSync(join(root, room), { recursive: true });
  writeFileSync(join(root, 'scripts', 'tw.mjs'), '');
  writeFileSync(join(root, 'dist', 'scripts', 'main.js'), '');
  symlinkSync('../../scripts/tw.mjs', join(root, 'node_modules', '.bin', 'tw'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(['scripts/tw.mjs', 'node_modules/.bin/tw', 'dist/scripts/main.js'])(
  'the checkout is found from %s: npx starts a link, whose own folder has no sources to watch',
  (program) => {
    expect(checkoutFolder(join(root, program))).toBe(root);
    expect(buildFolder(join(root, program))).toBe(join(root, 'dist'));
  },
);

test('changes of sources are told once it is quiet, what is no source is not, and closing ends the waiting', async () => {
  const changes = watchSources(root);
  try {
    const first = changes.next();
    writeFileSync(join(root, 'pipeline', 'notes.md'), 'words');
    writeFileSync(join(root, 'workflows', 'mine.ts'), 'export {};');
    writeFileSync(join(root, 'notebooks', 'mine.py'), 'pass');
    expect(await first).toEqual({ code: [join('workflows', 'mine.ts')], notebooks: [join('notebooks', 'mine.py')] });
    const second = changes.next();
    changes.close();
    expect(await second).toBeUndefined();
  } finally {
    changes.close();
  }
});

test('a folder without sources is refused: its changes would go unnoticed', () => {
  expect(() => watchSources(join(root, 'node_modules'))).toThrow(/has no activities, config, .* to watch/);
});
