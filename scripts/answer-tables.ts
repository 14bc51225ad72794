import { styleText } from 'node:util';
import Table from 'cli-table3';
import { isCi } from '../config/environment.ts';
import type { QuestionName } from '../pipeline/questions/questions.ts';
import { answerKeys, type Answers } from '../pipeline/report/answers.ts';
import { answerColumns, answerTitle, type ColumnKind } from '../pipeline/report/columns.ts';
import { absent, formatNumber } from '../pipeline/report/format.ts';
import { plainText } from '../pipeline/report/plain-text.ts';
import { wordings } from '../pipeline/report/wording.ts';

/** What a terminal can show. */
export interface Terminal {
  /** Columns of text. */
  readonly width: number;
  readonly colours: boolean;
}

/** What a stream's terminal can show; a file or a pipe is 100 columns without colours. NO_COLOR and CI turn colours off. */
function terminalOf(stream: NodeJS.WriteStream): Terminal {
  if (!stream.isTTY) return { width: 100, colours: false };
  return { width: Math.max(80, stream.columns), colours: stream.hasColors() && !isCi() };
}

/** A longer text ends in an ellipsis, so that any answer fits 80 columns. */
const longestText = 24;
const gap = '   ';

/** An answer that is this little longer than asked is shown whole. */
const worthHiding = 4;

type Row = Readonly<Record<string, string | number | null>>;

/** One answer: lines that all take `width` columns, which is not their length where there are colours. */
interface Block {
  readonly title: readonly string[];
  readonly table: readonly string[];
  readonly width: number;
}

/**
 * The eight answers as tables for a terminal, side by side where its width allows. Of a long answer the first rows are
 * shown, with how many more the report has. Names in the data cannot act on the terminal: control characters are gone.
 */
export function answerTables(answers: Answers, terminal: Terminal = terminalOf(process.stdout), mostRows = 8): string {
  const blocks = answerKeys.map((key) => answerBlock(key, answers[key], mostRows, terminal));
  return inColumns(blocks, terminal.width).join('\n\n');
}

function answerBlock(key: QuestionName, rows: readonly Row[], mostRows: number, { colours }: Terminal): Block {
  const table = tableLines(key, rows, mostRows);
  const width = table[0]?.length ?? 0;
  const title = wrapped(`${wordings[key].number.replace(/,.*/, '')}  ${answerTitle(key)}`, width).map((line) => {
    const text = line.padEnd(width);
    return colours ? styleText('bold', text) : text;
  });
  return { title, table, width };
}

function tableLines(key: QuestionName, rows: readonly Row[], mostRows: number): string[] {
  const columns = answerColumns(key);
  const few = rows.length <= mostRows + worthHiding;
  const shown = (few ? rows : rows.slice(0, mostRows)).map((row) =>
    columns.map(({ name, kind }) => cell(row[name] ?? null, kind)),
  );
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ kind }) => (kind === 'count' ? 'right' : 'left')),
    colWidths: columns.map((_, index) => widthOf(shown.map((cells) => cells[index] ?? ''))),
    style: { head: [], border: [], compact: true },
  });
  table.push(...shown);
  const left = rows.length - shown.length;
  if (left > 0) table.push([{ colSpan: columns.length, content: `… ${formatNumber(left)} more in the report` }]);
  if (rows.length === 0) table.push([{ colSpan: columns.length, content: 'no rows' }]);
  return table.toString().split('\n');
}

function cell(value: string | number | null, kind: ColumnKind): string {
  if (value === null) return absent;
  return kind === 'count' ? formatNumber(Number(value)) : plainText(String(value));
}

/** `null` leaves a column to its content; one with long or wide letters (two columns each) gets a width, and is cut there. */
function widthOf(texts: readonly string[]): number | null {
  const long = texts.some(
    (text) => text.length > longestText || (text.length > longestText / 2 && /[^\0-\u024f]/.test(text)),
  );
  return long ? longestText + 2 : null;
}

/** Words in lines of a width at most, but for a word that is longer. */
function wrapped(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}

/** Blocks in reading order, as many beside one another as fit. */
function inColumns(blocks: readonly Block[], width: number): string[] {
  const shelves: Block[][] = [];
  let used = 0;
  for (const block of blocks) {
    const shelf = shelves.at(-1);
    if (shelf === undefined || used + gap.length + block.width > width) {
      shelves.push([block]);
      used = block.width;
    } else {
      shelf.push(block);
      used += gap.length + block.width;
    }
  }
  return shelves.map(besideOneAnother);
}

/** Tables of a shelf start on one line, under titles of any height. */
function besideOneAnother(shelf: readonly Block[]): string {
  const above = Math.max(...shelf.map(({ title }) => title.length));
  const below = Math.max(...shelf.map(({ table }) => table.length));
  return Array.from({ length: above + below }, (_, line) =>
    shelf
      .map(({ title, table, width }) => (line < above ? title[line] : table[line - above]) ?? ' '.repeat(width))
      .join(gap)
      .trimEnd(),
  ).join('\n');
}
