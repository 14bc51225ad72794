import type { QuestionName } from '../questions/questions.ts';
import type { Answers } from './answers.ts';
import { answerCharts, type AnswerChart } from './charts/answer-charts.ts';
import { drawChart } from './charts/draw.ts';
import { absent, formatList, formatNumber } from './format.ts';
import { markup, type Markup } from './markup.ts';

/** Widths that a chart is drawn for, in CSS pixels: beside its table, and on a phone. The style sheet shows one of them. */
const widths = { wide: 560, narrow: 326 } as const;

/** What stands beside an answer's table; never called with no rows. The finding is the chart's text for those who do not see it. */
export type AnswerFigure<K extends QuestionName> = (rows: Answers[K], finding: string) => Markup;

/** The figures of the answers: a chart each, but for question 6b, which is one number and said large. */
export const answerFigures: { readonly [K in QuestionName]: AnswerFigure<K> } = {
  q4: charted('q4', answerCharts.q4),
  q5: charted('q5', answerCharts.q5),
  q5all: charted('q5all', answerCharts.q5all),
  q6a: charted('q6a', answerCharts.q6a),
  q6b: (rows) =>
    markup`<figure><figcaption>Followers of the most followed user</figcaption>
<p class="big">${formatNumber(rows[0]?.follower_count ?? 0)}</p>
<p>${formatList(
      rows.map(({ country }) => country ?? absent),
      12,
    )}</p></figure>`,
  q7: charted('q7', answerCharts.q7),
  q8: charted('q8', answerCharts.q8),
  q9: charted('q9', answerCharts.q9),
  q10: charted('q10', answerCharts.q10),
  q11: charted('q11', answerCharts.q11),
};

function charted<K extends QuestionName>(key: K, { caption, draw }: AnswerChart<K>): AnswerFigure<K> {
  return (rows, finding) => {
    const description = `${finding} The table has the numbers.`;
    const drawn = (size: 'wide' | 'narrow'): Markup =>
      markup`<div class="${size}">${drawChart(draw(rows, widths[size]), { id: `${key}-${size}`, title: caption, description })}</div>`;
    return markup`<figure><figcaption>${caption}</figcaption>${drawn('wide')}${drawn('narrow')}</figure>`;
  };
}
