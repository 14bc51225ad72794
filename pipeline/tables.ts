/**
 * The three tables of the course's RDS database, under the short names that topics, objects and Delta tables carry.
 * One post is one row in each of them, joined by `ind`.
 */
export const tableNames = ['pin', 'geo', 'user'] as const;

/** One of the three tables: `pin` (the post), `geo` (where and when), `user` (who). */
export type TableName = (typeof tableNames)[number];

/** Kafka topic of a table, as the course names it: `<user>.<table>`, for example `0e172e8c4bc3.pin`. */
export function topicName(user: string, table: TableName): string {
  return `${user}.${table}`;
}
