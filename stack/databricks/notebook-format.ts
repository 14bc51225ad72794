/** Languages of notebooks. */
export const languages = ['PYTHON', 'SQL', 'SCALA', 'R'] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];

const comments: Readonly<Record<Language, string>> = { PYTHON: '#', SQL: '--', SCALA: '//', R: '#' };
const extensions: Readonly<Record<string, Language>> = { py: 'PYTHON', sql: 'SQL', scala: 'SCALA', r: 'R' };
const headers = /^(#|--|\/\/) Databricks notebook source\r?(\n|$)/;

/** The language that a file's name says, and the name without its extension; `undefined`: none of a notebook. */
export function languageOfName(name: string): { readonly stem: string; readonly language: Language } | undefined {
  const [, stem, extension = ''] = /^(.+)\.(\w+)$/.exec(name) ?? [];
  const language = extensions[extension.toLowerCase()];
  return stem === undefined || language === undefined ? undefined : { stem, language };
}

/** Whether a source begins as Databricks' notebooks do. */
export function isNotebookSource(text: string): boolean {
  return headers.test(text);
}

/** A source with the first line that makes it a notebook. */
export function withHeader(text: string, language: Language): string {
  return isNotebookSource(text) ? text : `${comments[language]} Databricks notebook source\n${text}`;
}

/** What is read of a Jupyter notebook; `undefined` when the text is none. */
export function jupyterCells(
  json: string,
): readonly { readonly markdown: boolean; readonly source: string }[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  const cells: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'cells') : undefined;
  if (!Array.isArray(cells)) return undefined;
  return cells.flatMap((cell: unknown) => {
    if (typeof cell !== 'object' || cell === null) return [];
    const source: unknown = Reflect.get(cell, 'source');
    const text = Array.isArray(source) ? source.map(String).join('') : typeof source === 'string' ? source : '';
    return [{ markdown: Reflect.get(cell, 'cell_type') === 'markdown', source: text }];
  });
}

/** A Jupyter notebook as a source of Databricks': cells of another language and text become `MAGIC` lines. */
export function jupyterToSource(text: string): string {
  const cells = (jupyterCells(text) ?? []).map(({ markdown, source }) => {
    if (!markdown && !source.startsWith('%')) return source;
    const magic = markdown ? `%md\n${source}` : source;
    return magic.replaceAll(/^/gm, '# MAGIC ');
  });
  return `# Databricks notebook source\n${cells.join('\n\n# COMMAND ----------\n\n')}\n`;
}

/** A source of Databricks' as a Jupyter notebook. */
export function sourceToJupyter(text: string): string {
  const cells = text
    .replace(headers, '')
    .split(/^# COMMAND ----------\s*$/m)
    .map((cell) => cell.replaceAll(/^\n+|\n+$/g, ''))
    .map((cell) => {
      const code = cell.replaceAll(/^# MAGIC ?/gm, '');
      const markdown = code.startsWith('%md');
      const source = markdown ? code.replace(/^%md[ \t]*\n?/, '') : code;
      return markdown
        ? { cell_type: 'markdown', metadata: {}, source: lines(source) }
        : { cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: lines(source) };
    });
  const metadata = { language_info: { name: 'python' } };
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 0 }, undefined, 1);
}

function lines(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}
