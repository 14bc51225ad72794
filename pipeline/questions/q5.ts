import type { Question } from './question.ts';

const columns = [
  { name: 'post_year', type: 'integer' },
  { name: 'category', type: 'string' },
  { name: 'category_count', type: 'long' },
] as const;

const counted = `
    SELECT CAST(year("timestamp") AS INTEGER) AS post_year, category, count(*) AS category_count
    FROM pin JOIN geo USING (ind)
    WHERE year("timestamp") BETWEEN 2018 AND 2022 AND category IS NOT NULL
    GROUP BY post_year, category`;

/** Task 5 as its title has it: the most popular category of each year. Ties are all kept. */
export const q5 = {
  name: 'q5',
  title: 'The most popular category in each year, 2018 to 2022',
  columns,
  sql: `${counted}
    QUALIFY rank() OVER (PARTITION BY post_year ORDER BY category_count DESC) = 1
    ORDER BY post_year, category`,
} as const satisfies Question;

/** Task 5 as its text has it: how many posts each category had in each year. */
export const q5all = {
  name: 'q5all',
  title: 'Posts in each category and year, 2018 to 2022',
  columns,
  sql: `${counted}
    ORDER BY post_year, category_count DESC, category`,
} as const satisfies Question;
