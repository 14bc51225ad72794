/**
 * Ids that no DAG has: the types of the workflows that look after DAGs and their runs. Temporal lists both by their type, so a DAG
 * of such a name would be taken for one of them.
 */
export const reservedIds: ReadonlySet<string> = new Set([
  'assetHub',
  'backfill',
  'dagController',
  'poolKeeper',
  'scheduleKeeper',
]);
