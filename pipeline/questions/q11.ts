import { ageGroupOrderSql, ageGroupSql } from './age-groups.ts';
import type { Question } from './question.ts';

/** Task 11. The median is task 8's. */
export const q11 = {
  name: 'q11',
  title: 'The median follower count by age group and year of joining, 2015 to 2020',
  columns: [
    { name: 'age_group', type: 'string' },
    { name: 'post_year', type: 'integer' },
    { name: 'median_follower_count', type: 'double' },
  ],
  sql: `
    SELECT ${ageGroupSql} AS age_group, CAST(year(date_joined) AS INTEGER) AS post_year,
      median(follower_count) AS median_follower_count
    FROM pin JOIN "user" USING (ind)
    WHERE year(date_joined) BETWEEN 2015 AND 2020 AND age >= 18
    GROUP BY age_group, post_year
    ORDER BY ${ageGroupOrderSql}, post_year`,
} as const satisfies Question;
