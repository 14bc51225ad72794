import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsPage } from '../../scripts/commands-page.ts';
import { verbs } from '../../scripts/verbs.ts';

/** The page's words whatever the widths of its columns, which are the formatter's. */
function words(markdown: string): string {
  return markdown.replaceAll(/-{3,}/g, '---').replaceAll(/[ \t]+/g, ' ');
}

test('docs/commands.md is what the commands say; `npx tsx scripts/commands-page.ts > docs/commands.md` makes it anew', async () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'commands.md'), 'utf8');
  expect(words(page)).toBe(words(await commandsPage()));
});

test('every verb has a part of the page, and every command of it a line that says what it does', async () => {
  const page = await commandsPage();
  for (const { name } of verbs) expect(page).toContain(`\n## tw ${name}\n\n### \`tw ${name}`);
  expect(page.match(/^### /gm)?.length).toBeGreaterThan(verbs.length);
  expect(page).not.toMatch(/^### .*\n\n\.$/m);
});
