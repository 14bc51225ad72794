/**
 * Names of the parts that a stack can have, in the order that they are shown and begun in: Kafka's jars come before
 * MariaDB's large one, since Kafka has work to do while that is on its way.
 */
export const partNames = ['temporal', 'kafka', 'mysql', 's3'] as const;

/** One of {@link partNames}. */
export type PartName = (typeof partNames)[number];
