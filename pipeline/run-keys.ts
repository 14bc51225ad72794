/**
 * Any text as one part of an object key: letters, digits and `._:+=-` stay, all else is percent-encoded, and so are
 * parts of dots alone, which servers that keep files would take for folders. People choose run ids, so any text may come.
 */
export function keyPart(text: string): string {
  const encoded = text.replaceAll(/[^a-zA-Z0-9._:+=-]/gu, (letter) =>
    [...new TextEncoder().encode(letter)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
  return /^\.*$/.test(encoded) ? encoded.replaceAll('.', '%2E') || '%' : encoded;
}

/** Folder of what a run fixes once and of its record: `runs/<dag>/<run id>/`. */
export function runPrefix(run: { readonly dagId: string; readonly runId: string }): string {
  return `runs/${keyPart(run.dagId)}/${keyPart(run.runId)}/`;
}

/** Bytes of a run's folder at most: a key of S3 has 1,024, and what is in the folder is named after tasks, executions and hashes. */
const longestPrefix = 600;

/** Why a run cannot be kept, in a sentence: its id is too long, with its DAG's, for the keys of its objects. `undefined` when it can. */
export function longRunIdText(run: { readonly dagId: string; readonly runId: string }): string | undefined {
  const bytes = keyPart(run.runId).length;
  const most = longestPrefix - (runPrefix(run).length - bytes);
  if (bytes <= most) return undefined;
  return `the run's id takes ${bytes} bytes in the keys of its objects, and at most ${most} fit: letters, digits and ._:+=- take one each, all else three or more`;
}

/** Folder of what a backfill is to do: `backfills/<dag>/<backfill id>/`. */
export function backfillPrefix({ dagId, backfillId }: { readonly dagId: string; readonly backfillId: string }): string {
  return `backfills/${keyPart(dagId)}/${keyPart(backfillId)}/`;
}

/** Which try of which task instance in which run. */
export interface TryPlace {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  /** -1 for a task that is not mapped. */
  readonly mapIndex: number;
  /** From 1. */
  readonly tryNumber: number;
}

/** Key of a try's log: `logs/<dag>/<run id>/<task>/<map index>/<try>.ndjson`. */
export function tryLogKey({ dagId, runId, taskId, mapIndex, tryNumber }: TryPlace): string {
  return `logs/${keyPart(dagId)}/${keyPart(runId)}/${keyPart(taskId)}/${mapIndex}/${tryNumber}.ndjson`;
}

/** Where the logs of a run's tries are: `logs/<dag>/<run id>/`. */
export function runLogPrefix({ dagId, runId }: Pick<TryPlace, 'dagId' | 'runId'>): string {
  return `logs/${keyPart(dagId)}/${keyPart(runId)}/`;
}

/** The try whose log a key is: the other way round of {@link tryLogKey}; `undefined` for a key of another form. */
export function placeOfTryLog(key: string): TryPlace | undefined {
  const [, ...parts] = /^logs\/([^/]+)\/([^/]+)\/([^/]+)\/(-1|\d+)\/(\d+)\.ndjson$/.exec(key) ?? [];
  const [dagId, runId, taskId] = parts.slice(0, 3).map(textOfPart);
  const [mapIndex, tryNumber] = parts.slice(3).map(Number);
  if (dagId === undefined || runId === undefined || taskId === undefined) return undefined;
  if (mapIndex === undefined || tryNumber === undefined) return undefined;
  return { dagId, runId, taskId, mapIndex, tryNumber };
}

/** The other way round of {@link keyPart}; `undefined` for what it never gives. */
export function textOfPart(part: string): string | undefined {
  if (part === '%') return '';
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
