import { z } from 'zod';
import { questions, type QuestionName } from '../questions/questions.ts';

const count = z.number().int().nonnegative();
const year = z.number().int();
const text = z.string().nullable();
/** A median can lie between two counts, and is absent where no post has a count. */
const median = z.number().nonnegative().nullable();

/** Posts of a category in a country, year or age group: the row of every question about popularity. */
const byCountry = z.strictObject({ country: text, category: text, category_count: count });
const byYear = z.strictObject({ post_year: year, category: text, category_count: count });
const byAge = z.strictObject({ age_group: z.string(), category: text, category_count: count });

/** The answers document, as the course names its columns. A column more or less is an error: somebody relies on the names. */
export const answersSchema = z.strictObject({
  q4: z.array(byCountry),
  q5: z.array(byYear),
  q5all: z.array(byYear),
  q6a: z.array(z.strictObject({ country: text, poster_name: text, follower_count: count })),
  q6b: z.array(z.strictObject({ country: text, follower_count: count })),
  q7: z.array(byAge),
  q8: z.array(z.strictObject({ age_group: z.string(), median_follower_count: median })),
  q9: z.array(z.strictObject({ post_year: year, number_users_joined: count })),
  q10: z.array(z.strictObject({ post_year: year, median_follower_count: median })),
  q11: z.array(z.strictObject({ age_group: z.string(), post_year: year, median_follower_count: median })),
} satisfies Record<QuestionName, z.ZodType>);

/** All answers: an array of rows a part of the eight questions. */
export type Answers = z.output<typeof answersSchema>;

/** The parts in the order of the questions. */
export const answerKeys: readonly QuestionName[] = questions.map(({ name }) => name);

/** Either the answers, or what is wrong with the document: a line a place, without its values, ten at most. */
export type ParsedAnswers = { readonly answers: Answers } | { readonly problems: readonly string[] };

/** Reads an answers document, the JSON text of `{q4: [{…}], …}`. Never throws. */
export function parseAnswers(json: string): ParsedAnswers {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    return { problems: ['it is not JSON'] };
  }
  const parsed = answersSchema.safeParse(document);
  if (parsed.success) return { answers: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`);
  return {
    problems: problems.length > 10 ? [...problems.slice(0, 10), `and ${problems.length - 10} more`] : problems,
  };
}
