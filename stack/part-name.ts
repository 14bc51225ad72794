/** Names of the parts that a stack can have. */
export const partNames = ['temporal', 'mysql', 'kafka', 's3'] as const;

/** One of {@link partNames}. */
export type PartName = (typeof partNames)[number];
