import type { Question } from './question.ts';

/** Task 4. Ties are all kept. */
export const q4 = {
  name: 'q4',
  title: 'The most popular category in each country',
  columns: [
    { name: 'country', type: 'string' },
    { name: 'category', type: 'string' },
    { name: 'category_count', type: 'long' },
  ],
  sql: `
    SELECT country, category, count(*) AS category_count
    FROM pin JOIN geo USING (ind)
    WHERE country IS NOT NULL AND category IS NOT NULL
    GROUP BY country, category
    QUALIFY rank() OVER (PARTITION BY country ORDER BY count(*) DESC) = 1
    ORDER BY country, category`,
} as const satisfies Question;
