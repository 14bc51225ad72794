/**
 * Names of the parts that a stack has, in the order that they are shown and begun in: Kafka's jars come before
 * MariaDB's large one, since Kafka has work to do while that is on its way.
 */
export const usualPartNames = ['temporal', 'kafka', 'mysql', 's3'] as const;

/** Names of the parts that a stack can have: the usual ones, and those that it has when somebody asks for them. */
export const partNames = [...usualPartNames, 'databricks'] as const;

/** One of {@link partNames}. */
export type PartName = (typeof partNames)[number];
