import { readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';

/** The page whose code is taken from files. */
const page = 'docs/migration.md';

const languages: Readonly<Record<string, string>> = { '.py': 'python', '.ts': 'ts' };

/**
 * A page with the files that it names between `<!-- code: path -->` and `<!-- /code -->`, each as a block of code; what stood
 * there goes. Paths are from the root; `read` gives a file's text.
 */
export function withIncludedCode(markdown: string, read: (path: string) => string): string {
  return markdown.replaceAll(
    /^(<!-- code: (\S+) -->\n)[\s\S]*?^<!-- \/code -->$/gm,
    (_, head: string, path: string) =>
      `${head}\n\`\`\`${languages[extname(path)] ?? ''}\n${read(path).trimEnd()}\n\`\`\`\n\n<!-- /code -->`,
  );
}

if (/included-code\.[jt]s$/.test(process.argv[1] ?? '')) {
  const text = (path: string): string => readFileSync(path, 'utf8');
  writeFileSync(page, withIncludedCode(text(page), text));
}
