import type { Question } from './question.ts';

/** Task 9. Posts of one person are one user: name, age and the second of joining tell people apart. */
export const q9 = {
  name: 'q9',
  title: 'Users who joined in each year, 2015 to 2020',
  columns: [
    { name: 'post_year', type: 'integer' },
    { name: 'number_users_joined', type: 'long' },
  ],
  sql: `
    SELECT CAST(year(date_joined) AS INTEGER) AS post_year,
      count(DISTINCT row(user_name, age, date_joined)) AS number_users_joined
    FROM "user"
    WHERE year(date_joined) BETWEEN 2015 AND 2020
    GROUP BY post_year
    ORDER BY post_year`,
} as const satisfies Question;
