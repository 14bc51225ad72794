import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsSchema } from '../../config/settings.ts';
import { settingsPage } from '../../scripts/settings-page.ts';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'settings.md'), 'utf8');

/** The page's words whatever the widths of its columns, which are the formatter's. */
function words(markdown: string): string {
  return markdown.replaceAll(/-{3,}/g, '---').replaceAll(/[ \t]+/g, ' ');
}

test('docs/settings.md is what the schema says; `npx tsx scripts/settings-page.ts > docs/settings.md` makes it anew', () => {
  expect(words(page)).toBe(words(settingsPage()));
});

test.each(Object.keys(settingsSchema.shape).map((name) => [name] as const))('%s is explained once', (name) => {
  const rows = settingsPage()
    .split('\n')
    .filter((line) => line.startsWith(`| \`${name}\` |`));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(/^\| `\w+` \| .{5,} \|/);
});
