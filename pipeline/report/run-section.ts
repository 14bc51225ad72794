import { absent, formatBytes, formatNumber, formatSpan, formatTime } from './format.ts';
import { markup, type Markup } from './markup.ts';
import type { ReportModel, TableFigures } from './model.ts';

/** The page's head: which run this is, when and for when, and its figures in short. */
export function runHeader(model: ReportModel): Markup {
  const { dataInterval: interval } = model;
  return markup`<header>
<p class="eyebrow">Tradewind run report</p>
<h1>${model.dagId}</h1>
<dl class="facts">
${fact('Run', markup`<code>${model.runId}</code>`)}
${fact('Logical date', model.logicalDate === null ? absent : formatTime(model.logicalDate))}
${interval === null ? null : fact('Data interval', formatSpan(interval.start, interval.end))}
${fact('Made', formatTime(model.madeAt))}
</dl>
<dl class="figures">
${figure('posts in this run', model.posts)}
${figure(
  'records landed',
  sum(model.tables, ({ landed }) => landed?.records),
)}
${figure('records set aside in quarantine', quarantined(model.tables))}
${figure(
  'rows in the clean tables',
  sum(model.tables, ({ cleaned }) => cleaned?.rows),
)}
</dl>
</header>
`;
}

function fact(name: string, value: Markup | string): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function figure(name: string, value: number | null): Markup {
  return markup`<div><dt>${name}</dt><dd>${value === null ? absent : formatNumber(value)}</dd></div>`;
}

/** The sum over the tables that have the figure; `null` when none has. */
function sum(tables: readonly TableFigures[], of: (table: TableFigures) => number | undefined): number | null {
  const values = tables.map(of).filter((value) => value !== undefined);
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
}

function quarantined(tables: readonly TableFigures[]): number | null {
  const landing = sum(tables, ({ landed }) => landed?.quarantined);
  const cleaning = sum(tables, ({ cleaned }) => cleaned?.quarantined);
  return landing === null && cleaning === null ? null : (landing ?? 0) + (cleaning ?? 0);
}

/** What landing and cleaning did with each table, and which documented fields records lacked. */
export function stepsSection(tables: readonly TableFigures[]): Markup {
  return markup`<section class="panel" id="steps" aria-labelledby="steps-heading">
<h2 id="steps-heading">From Kafka to clean tables</h2>
<p class="ask">Every record that was read is a clean row or in quarantine; a clean row is new, newer than the one it replaces, or known already.</p>
<div class="scroll apart" tabindex="0" role="region" aria-labelledby="steps-caption"><table class="steps">
<caption id="steps-caption">Records and rows of this run, by table</caption>
<thead><tr><th scope="col">Table</th>${columns.map(([name]) => markup`<th scope="col" class="count">${name}</th>`)}</tr></thead>
<tbody>
${tables.map(stepsRow)}</tbody>
</table></div>
${missingFields(tables)}
</section>
`;
}

type Column = readonly [name: string, text: (table: TableFigures) => string | null];

const columns: readonly Column[] = [
  ['Landed', ({ landed }) => landed && formatNumber(landed.records)],
  ['Objects', ({ landed }) => landed && formatNumber(landed.objects)],
  ['Size', ({ landed }) => landed && formatBytes(landed.bytes)],
  ['Quarantined at landing', ({ landed }) => landed && formatNumber(landed.quarantined)],
  ['Read', ({ cleaned }) => cleaned && formatNumber(cleaned.read)],
  ['Clean', ({ cleaned }) => cleaned && formatNumber(cleaned.clean)],
  ['Quarantined', ({ cleaned }) => cleaned && formatNumber(cleaned.quarantined)],
  ['New', ({ cleaned }) => cleaned && formatNumber(cleaned.inserted)],
  ['Replaced', ({ cleaned }) => cleaned && formatNumber(cleaned.updated)],
  ['Rows now', ({ cleaned }) => cleaned && formatNumber(cleaned.rows)],
  ['Delta version', ({ cleaned }) => cleaned && String(cleaned.version)],
];

function stepsRow(table: TableFigures): Markup {
  const cells = columns.map(([, text]) => markup`<td class="count">${text(table) ?? absent}</td>`);
  return markup`<tr><th scope="row">${table.table}</th>${cells}</tr>\n`;
}

function missingFields(tables: readonly TableFigures[]): Markup | null {
  const cleaned = tables.filter((table) => table.cleaned !== null);
  if (cleaned.length === 0) return null;
  const lacks = cleaned.flatMap(({ table, cleaned: figures }) =>
    Object.entries(figures?.missing ?? {})
      .filter(([, records]) => records > 0)
      .map(([field, records]) => `${table}.${field} in ${formatNumber(records)}`),
  );
  const text = lacks.length === 0 ? 'none; every record had all of them' : `${lacks.join(', ')} records`;
  return markup`<p class="missing">Documented fields that records lacked: ${text}.</p>`;
}
