import type { QuestionName } from '../questions/questions.ts';
import type { Answers } from './answers.ts';
import { answerColumns, answerTitle, type ColumnKind } from './columns.ts';
import { answerFigures } from './figures.ts';
import { findings } from './findings.ts';
import { absent, formatCount, formatNumber } from './format.ts';
import { markup, trustedMarkup, type Markup } from './markup.ts';
import { wordings } from './wording.ts';

/** Tables of more rows scroll within the page. */
const longTable = 12;

/** Rows that the page holds of an answer at most, so that data gone wild gives a page that still opens; the document has all. */
const mostRows = 2_000;

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

/** One answer: the question, what the rows say, a figure, the table, and how open points are decided. */
export function answerSection<K extends QuestionName>(key: K, rows: Answers[K]): Markup {
  const { number, ask, decided } = wordings[key];
  const empty = rows.length === 0;
  const finding = empty ? 'The tables hold nothing yet that answers this.' : findings[key](rows);
  // The figure of question 6b says the finding already.
  const said = key === 'q6b' && !empty ? null : markup`<p class="finding">${finding}</p>`;
  return markup`<section class="panel" id="${key}" aria-labelledby="${key}-heading">
<p class="eyebrow">Question ${number}</p>
<h2 id="${key}-heading">${answerTitle(key)}</h2>
<p class="ask">${ask}</p>
${said}
<div class="pair">${empty ? null : answerFigures[key](rows, finding)}
${answerTable(key, rows)}</div>
<p class="decided">${decided}</p>
</section>
`;
}

function answerTable(key: QuestionName, rows: readonly Row[]): Markup {
  const columns = answerColumns(key);
  const count = formatCount(rows.length, 'row');
  const size = rows.length > mostRows ? `the first ${formatNumber(mostRows)} of ${count}` : count;
  return markup`<div${regionOf(key, rows.length > longTable)}><table>
<caption id="${key}-caption">Answer ${key}: ${size}</caption>
<thead><tr>${columns.map(({ name, kind }) => heading(name, kind))}</tr></thead>
<tbody>
${rows.slice(0, mostRows).map((row) => markup`<tr>${columns.map(({ name, kind }) => cell(row[name] ?? null, kind))}</tr>\n`)}</tbody>
</table></div>`;
}

/** What scrolls can be reached and scrolled by the keyboard, under the name of its table. */
function regionOf(key: QuestionName, long: boolean): Markup {
  const size = long ? ' long' : '';
  return markup` class="scroll${size}" tabindex="0" role="region" aria-labelledby="${key}-caption"`;
}

/** A column's name may break after an underscore, where a phone has no room for it. */
function heading(name: string, kind: ColumnKind): Markup {
  const text = trustedMarkup(name.replaceAll('_', '_<wbr>'));
  return markup`<th scope="col"${kind === 'count' ? markup` class="count"` : null}><code>${text}</code></th>`;
}

function cell(value: Cell, kind: ColumnKind): Markup {
  const text = value === null ? absent : kind === 'count' ? formatNumber(Number(value)) : String(value);
  const style = kind === 'count' || kind === 'label' ? kind : /\S{14}/.test(text) ? 'unbroken' : null;
  return style === null ? markup`<td>${text}</td>` : markup`<td class="${style}">${text}</td>`;
}
