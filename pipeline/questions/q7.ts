import { ageGroupOrderSql, ageGroupSql } from './age-groups.ts';
import type { Question } from './question.ts';

/** Task 7. Ties are all kept. */
export const q7 = {
  name: 'q7',
  title: 'The most popular category in each age group',
  columns: [
    { name: 'age_group', type: 'string' },
    { name: 'category', type: 'string' },
    { name: 'category_count', type: 'long' },
  ],
  sql: `
    SELECT ${ageGroupSql} AS age_group, category, count(*) AS category_count
    FROM pin JOIN "user" USING (ind)
    WHERE age >= 18 AND category IS NOT NULL
    GROUP BY age_group, category
    QUALIFY rank() OVER (PARTITION BY age_group ORDER BY category_count DESC) = 1
    ORDER BY ${ageGroupOrderSql}, category`,
} as const satisfies Question;
