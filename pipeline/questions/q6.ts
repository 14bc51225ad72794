import type { Question } from './question.ts';

/** Task 6, first step. The user is the pin's poster. Ties are all kept; a poster with several such posts is one row. */
export const q6a = {
  name: 'q6a',
  title: 'The user with the most followers in each country',
  columns: [
    { name: 'country', type: 'string' },
    { name: 'poster_name', type: 'string' },
    { name: 'follower_count', type: 'integer' },
  ],
  sql: `
    SELECT DISTINCT country, poster_name, follower_count FROM (
      SELECT country, poster_name, follower_count
      FROM pin JOIN geo USING (ind)
      WHERE country IS NOT NULL AND follower_count IS NOT NULL
      QUALIFY rank() OVER (PARTITION BY country ORDER BY follower_count DESC) = 1)
    ORDER BY country, poster_name NULLS LAST`,
} as const satisfies Question;

/** Task 6, second step. More than one row only where countries share the highest count. */
export const q6b = {
  name: 'q6b',
  title: 'The country of the user with the most followers',
  columns: [
    { name: 'country', type: 'string' },
    { name: 'follower_count', type: 'integer' },
  ],
  sql: `
    SELECT DISTINCT country, follower_count FROM (
      SELECT country, follower_count
      FROM pin JOIN geo USING (ind)
      WHERE country IS NOT NULL AND follower_count IS NOT NULL
      QUALIFY rank() OVER (ORDER BY follower_count DESC) = 1)
    ORDER BY country`,
} as const satisfies Question;
