import { ageGroupOrderSql, ageGroupSql } from './age-groups.ts';
import type { Question } from './question.ts';

/** Task 8. The exact median over posts: the mean of the middle two where their number is even; unknown counts do not take part. */
export const q8 = {
  name: 'q8',
  title: 'The median follower count in each age group',
  columns: [
    { name: 'age_group', type: 'string' },
    { name: 'median_follower_count', type: 'double' },
  ],
  sql: `
    SELECT ${ageGroupSql} AS age_group, median(follower_count) AS median_follower_count
    FROM pin JOIN "user" USING (ind)
    WHERE age >= 18
    GROUP BY age_group
    ORDER BY ${ageGroupOrderSql}`,
} as const satisfies Question;
