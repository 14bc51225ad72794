/** Names of the search attributes by which Temporal's visibility tells of runs; their meaning is in workflows/engine/search-attributes.ts. */
export const runAttributes = {
  dag: 'TradewindDag',
  logicalDate: 'TradewindLogicalDate',
  runType: 'TradewindRunType',
  runState: 'TradewindRunState',
} as const;
