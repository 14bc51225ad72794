/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Texts as an SQL list of literals. */
export function literals(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** JSON paths of top-level names, as the list that DuckDB's JSON functions take to parse a line once. */
export function pathList(names: readonly string[]): string {
  return literals(names.map((name) => `$."${name}"`));
}
