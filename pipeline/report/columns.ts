import { questions, type QuestionName } from '../questions/questions.ts';

/** How a column's values are written: words and short labels to the left, counts to the right with separators, years as they are. */
export type ColumnKind = 'text' | 'label' | 'count' | 'year';

/** A column of an answer, under the course's name. */
export interface AnswerColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Text columns of few, short values. */
const labels: ReadonlySet<string> = new Set(['category', 'age_group']);

/** The columns of an answer in the course's order. */
export function answerColumns(key: QuestionName): readonly AnswerColumn[] {
  const question = questions.find(({ name }) => name === key);
  return (question?.columns ?? []).map(({ name, type }) => ({ name, kind: kindOf(name, type) }));
}

/** The title of an answer. */
export function answerTitle(key: QuestionName): string {
  return questions.find(({ name }) => name === key)?.title ?? key;
}

function kindOf(name: string, type: string): ColumnKind {
  if (type === 'string') return labels.has(name) ? 'label' : 'text';
  return name === 'post_year' ? 'year' : 'count';
}
