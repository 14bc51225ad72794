import { answersSchema } from '../../pipeline/report/answers.ts';
import { comparisonText } from '../../scripts/demo/comparison-text.ts';

const some = answersSchema.parse({
  q4: [{ country: 'Algeria', category: 'art', category_count: 2 }],
  q5: [],
  q5all: [],
  q6a: [],
  q6b: [{ country: 'Algeria', follower_count: 7 }],
  q7: [],
  q8: [{ age_group: '18-24', median_follower_count: 3.5 }],
  q9: [],
  q10: [],
  q11: [],
});

test('answers that are the same are said to be, with their number', () => {
  expect(comparisonText(some, answersSchema.parse(some))).toContain('agree: 10 answers, 3 rows, equal row by row');
});

test('answers that differ in a row, or in an order, are named, and the demo fails', () => {
  const q4 = [...some.q4, { country: 'Andorra', category: 'art', category_count: 2 }];
  const q8 = [{ age_group: '18-24', median_follower_count: 3 }];
  expect(() => comparisonText(some, { ...some, q8 })).toThrow('DuckDB and Spark answer differently: q8');
  expect(() => comparisonText({ ...some, q4 }, { ...some, q4: q4.toReversed() })).toThrow('differently: q4');
});
