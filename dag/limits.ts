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

/** Why a mapped task cannot have so many items, for people; `undefined` when it can. */
export function listProblem(task: { readonly mappedGroup?: string }, length: number): string | undefined {
  const longest = longestOf(task);
  if (length <= longest) return undefined;
  return `its list has ${length} items, but at most ${longest} fit: map over ranges of them`;
}

/** Why a run that has so many other tasks, items of maps counted, cannot have these items, too; `undefined` when it can. */
export function runProblem(length: number, others: number): string | undefined {
  if (others + length <= mostPlanned) return undefined;
  return `its list has ${length} items, and the run has ${others} tasks beside it, map items counted; at most ${mostPlanned} fit one run`;
}

/** What a history has come to. */
export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/**
 * What a history may come to before its run is ended as failed. Temporal terminates a run at 51,200 events or 50 MB, and then nothing is
 * kept of it, nobody is told, and no teardown runs. What is between is for what has begun by then, and for those.
 */
export const longestHistory: HistorySize = { events: 45_000, bytes: 40 * 1024 * 1024 };

/** Why a run may not go on in its history, for people; `undefined` when it may. */
export function historyProblem({ events, bytes }: HistorySize, longest = longestHistory): string | undefined {
  if (events < longest.events && bytes < longest.bytes) return undefined;
  const size = `${events} events and ${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return `the run's history has come to ${size}, and Temporal ends one at 51,200 events or 50 MB: tw runs resume has what is left run in a new one`;
}
