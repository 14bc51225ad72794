import { answerSection } from './answer-section.ts';
import { answerKeys, type Answers } from './answers.ts';
import { answerTitle } from './columns.ts';
import { markup, markupText, trustedMarkup, type Markup } from './markup.ts';
import type { ReportModel } from './model.ts';
import { wordings } from './wording.ts';
import { runHeader, stepsSection } from './run-section.ts';
import { reportStyle } from './style.ts';

/** Nothing may be loaded or run: the page shows a stranger's words. Styles are its own, the drawings' among them inline. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * The report of a run as one HTML page that needs nothing from elsewhere: figures of the run, and each answer with its
 * question, chart and table. The same model gives the same text.
 */
export function renderReport(model: ReportModel): string {
  const { answers } = model;
  return markupText(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${model.dagId} · ${model.runId}</title>
<style>${trustedMarkup(reportStyle)}</style>
</head>
<body>
<a class="skip" href="#answers">Skip to the answers</a>
<div class="wrap">
${runHeader(model)}
${'rows' in answers ? contents() : null}
<main id="answers">
${'rows' in answers ? answerSections(answers.rows) : absence(answers.failure)}
${stepsSection(model.tables)}
</main>
${footer(model)}
</div>
</body>
</html>
`);
}

function contents(): Markup {
  const items = answerKeys.map(
    (key) =>
      markup`<li><span class="number">${wordings[key].number.replace(/\D.*/, '')}</span><a href="#${key}">${answerTitle(key)}</a></li>\n`,
  );
  return markup`<nav class="contents" aria-label="Answers"><ul>
${items}</ul></nav>`;
}

function answerSections(rows: Answers): Markup {
  return markup`${answerKeys.map((key) => answerSection(key, rows[key]))}`;
}

function absence(failure: string): Markup {
  return markup`<section class="panel absent" id="no-answers" aria-labelledby="no-answers-heading">
<h2 id="no-answers-heading">This run has no answers</h2>
<pre>${failure}</pre>
<p>What was landed and cleaned is kept, so the next run that succeeds answers from it too.</p>
</section>
`;
}

function footer({ answers }: ReportModel): Markup {
  const source = 'rows' in answers ? markup` The answers as JSON: <code>${answers.key}</code>.` : null;
  return markup`<footer>Years and times are UTC. A dash stands where the data has no value.${source}</footer>`;
}
