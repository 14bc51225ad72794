/** Items of a map at most. */
export const longestMap = 10_000;

/** A map runs inside its run up to this length; a longer one runs in parts, child workflows, since a history is bounded. */
export const longestInlineMap = 500;

/** Items of one part of a long map: some 1,300 events of a child's history, and 50 parts of the longest map. */
export const partSize = 200;

/** The work of all tasks that one history holds; items of long maps are in other ones. */
export const mostInstances = 2_000;

/** Tasks of a run, items of maps counted: what its pages and records hold. */
export const mostPlanned = 20_000;

/** Whether a map of so many items runs in parts. */
export function runsInParts(length: number): boolean {
  return length > longestInlineMap;
}

/** How many items a mapped task's list may have. Tasks of a mapped group go index by index, so that they stay in their run. */
export function longestOf({ mappedGroup }: { readonly mappedGroup?: string }): number {
  return mappedGroup === undefined ? longestMap : longestInlineMap;
}
