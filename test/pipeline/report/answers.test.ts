import { questions } from '../../../pipeline/questions/questions.ts';
import { answerKeys, answersSchema, parseAnswers } from '../../../pipeline/report/answers.ts';
import { answerColumns } from '../../../pipeline/report/columns.ts';
import { sampleAnswers } from './sample-report.ts';

describe('an answers document', () => {
  test('is read as it was written', () => {
    expect(parseAnswers(JSON.stringify(sampleAnswers))).toEqual({ answers: sampleAnswers });
  });

  test.each(questions.map((question) => [question.name, question] as const))(
    'has the columns of %s',
    (name, question) => {
      const columns = question.columns.map((column) => column.name);
      expect(Object.keys(answersSchema.shape[name].element.shape)).toEqual(columns);
      expect(answerColumns(name).map((column) => column.name)).toEqual(columns);
    },
  );

  test('has the questions and no others', () => {
    expect(Object.keys(answersSchema.shape)).toEqual([...answerKeys]);
  });

  const { q4: _, ...withoutQ4 } = sampleAnswers;
  test.each([
    ['text that is no JSON', '{"q4": [', ['it is not JSON']],
    ['something else', '[]', ['document: Invalid input: expected object, received array']],
    ['an answer missing', JSON.stringify(withoutQ4), ['q4: Invalid input: expected array, received undefined']],
    ['one more', JSON.stringify({ ...sampleAnswers, q12: [] }), ['document: Unrecognized key: "q12"']],
    [
      'another column',
      JSON.stringify({ ...sampleAnswers, q6b: [{ country: 'A', followers: 1 }] }),
      [
        'q6b.0.follower_count: Invalid input: expected number, received undefined',
        'q6b.0: Unrecognized key: "followers"',
      ],
    ],
    [
      'a count that is none',
      JSON.stringify({ ...sampleAnswers, q6b: [{ country: 'A', follower_count: '15M' }] }),
      ['q6b.0.follower_count: Invalid input: expected number, received string'],
    ],
  ])('with %s is told apart, without its values', (_name, text, problems) => {
    expect(parseAnswers(text)).toEqual({ problems });
  });

  test('of many mistakes names ten', () => {
    const text = JSON.stringify({ ...sampleAnswers, q6b: Array.from({ length: 50 }, () => 7) });
    const parsed = parseAnswers(text);
    expect('problems' in parsed && parsed.problems).toHaveLength(11);
    expect('problems' in parsed && parsed.problems.at(-1)).toBe('and 40 more');
  });
});
