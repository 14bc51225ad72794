import type { Question } from './question.ts';

/** Task 10. The median is task 8's. */
export const q10 = {
  name: 'q10',
  title: 'The median follower count by the year of joining, 2015 to 2020',
  columns: [
    { name: 'post_year', type: 'integer' },
    { name: 'median_follower_count', type: 'double' },
  ],
  sql: `
    SELECT CAST(year(date_joined) AS INTEGER) AS post_year, median(follower_count) AS median_follower_count
    FROM pin JOIN "user" USING (ind)
    WHERE year(date_joined) BETWEEN 2015 AND 2020
    GROUP BY post_year
    ORDER BY post_year`,
} as const satisfies Question;
