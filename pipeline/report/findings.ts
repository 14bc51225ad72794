import type { QuestionName } from '../questions/questions.ts';
import type { Answers } from './answers.ts';
import { absent, formatCount, formatList, formatNumber } from './format.ts';
import { groupsOf } from './groups.ts';

/** What an answer's rows say in one sentence, for those who do not read the chart; never called with no rows. */
export type Finding<K extends QuestionName> = (rows: Answers[K]) => string;

/** A name in a sentence; where the data has none, a dash. */
function named(name: string | null): string {
  return name ?? absent;
}

/** Values of the rows that share the highest number, and the number. */
function leaders<T>(
  rows: readonly T[],
  number: (row: T) => number | null,
): { readonly top: number; readonly rows: T[] } {
  const top = rows.reduce((highest, row) => Math.max(highest, number(row) ?? 0), 0);
  return { top, rows: rows.filter((row) => number(row) === top) };
}

/** `2018 travel, 2019 art and 2020 art or quotes`: who leads, by group. */
function byGroup<T>(rows: readonly T[], group: (row: T) => string | number, name: (row: T) => string): string {
  const groups = groupsOf(rows, group);
  return formatList(
    [...groups].map(([key, members]) => `${key} ${members.map(name).join(' or ')}`),
    8,
  );
}

/** How often each category leads: the categories with the number of countries, most first. */
export function leadingCategories(rows: Answers['q4']): { readonly category: string; readonly countries: number }[] {
  return [...groupsOf(rows, ({ category }) => named(category))]
    .map(([category, { length }]) => ({ category, countries: length }))
    .toSorted((a, b) => b.countries - a.countries || (a.category < b.category ? -1 : 1));
}

/** Finds the sentence of each answer. */
export const findings: { readonly [K in QuestionName]: Finding<K> } = {
  q4: (rows) => {
    const countries = groupsOf(rows, ({ country }) => country);
    const tied = [...countries.values()].filter(({ length }) => length > 1).length;
    const [first] = leadingCategories(rows);
    const lead = `Of ${formatCount(countries.size, 'country', 'countries')}, ${first?.category} leads in ${formatNumber(first?.countries ?? 0)}`;
    return tied === 0 ? `${lead}.` : `${lead}; in ${formatNumber(tied)} the first place is shared.`;
  },
  q5: (rows) =>
    `The leaders are ${byGroup(
      rows,
      (row) => row.post_year,
      (row) => named(row.category),
    )}.`,
  q5all: (rows) => {
    const { top, rows: most } = leaders(rows, (row) => row.category_count);
    const where = most.map(({ category, post_year }) => `${named(category)} in ${post_year}`);
    return `Most posts: ${formatList(where)}, with ${formatNumber(top)}.`;
  },
  q6a: (rows) => {
    const { top, rows: most } = leaders(rows, (row) => row.follower_count);
    const who = most.map(({ poster_name, country }) => `${named(poster_name)} (${named(country)})`);
    return `Most followers: ${formatList(who)}, with ${formatNumber(top)}.`;
  },
  q6b: (rows) => {
    const { top, rows: most } = leaders(rows, (row) => row.follower_count);
    return `${formatList(most.map(({ country }) => named(country)))}, with ${formatNumber(top)} followers.`;
  },
  q7: (rows) =>
    `The leaders are ${byGroup(
      rows,
      (row) => row.age_group,
      (row) => named(row.category),
    )}.`,
  q8: (rows) => {
    const { top, rows: most } = leaders(rows, (row) => row.median_follower_count);
    return `Highest: ${formatNumber(top)} in the age group ${formatList(most.map(({ age_group }) => age_group))}.`;
  },
  q9: (rows) => {
    const all = rows.reduce((sum, row) => sum + row.number_users_joined, 0);
    const { top, rows: most } = leaders(rows, (row) => row.number_users_joined);
    const when = formatList(most.map(({ post_year }) => String(post_year)));
    return `${formatCount(all, 'user')} joined, most of them in ${when} (${formatNumber(top)}).`;
  },
  q10: (rows) => {
    const { top, rows: most } = leaders(rows, (row) => row.median_follower_count);
    return `Highest: ${formatNumber(top)} for ${formatList(most.map(({ post_year }) => String(post_year)))}.`;
  },
  q11: (rows) => {
    const { top, rows: most } = leaders(rows, (row) => row.median_follower_count);
    const who = most.map(({ age_group, post_year }) => `${age_group} who joined in ${post_year}`);
    return `Highest: ${formatNumber(top)} for ${formatList(who)}.`;
  },
};
