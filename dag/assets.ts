import { z } from 'zod';

/** A thing that tasks make and DAGs wait for: a table, a folder, a file. Known by its name alone. */
export interface Asset {
  readonly asset: string;
}

/** Which assets have to have been made anew since a DAG's last run for them: all of some, any of some, and both in each other. */
export type AssetCondition =
  Asset | { readonly all: readonly AssetCondition[] } | { readonly any: readonly AssetCondition[] };

/** Reads an {@link AssetEvent}. */
export const assetEventSchema = z
  .object({
    /** Names the event: one that is told twice is one. */
    id: z.string(),
    asset: z.string(),
    dagId: z.string(),
    runId: z.string(),
    taskId: z.string(),
    /** -1 for a task that is not mapped. */
    mapIndex: z.int().min(-1),
    /** Epoch milliseconds. */
    timestamp: z.number(),
    /** The partition of the asset that was made: that of the run; absent where the run is about none. */
    partitionKey: z.string().optional(),
  })
  .readonly();

/** That a task which names an asset among its `outlets` has succeeded. */
export type AssetEvent = z.infer<typeof assetEventSchema>;

/** Names an asset (Airflow's Asset): the same name is the same asset, in every DAG. For example `s3://lake/pins` or `tables.pin`. */
export function asset(name: string): Asset {
  return { asset: name };
}

/** Waits for each of these (Airflow's `a & b`, and a list of assets). */
export function allOf(...conditions: readonly AssetCondition[]): AssetCondition {
  return { all: conditions };
}

/** Waits for one of these (Airflow's `a | b`). */
export function anyOf(...conditions: readonly AssetCondition[]): AssetCondition {
  return { any: conditions };
}

/** Names of the assets of a condition, each once. */
export function assetNames(condition: AssetCondition): readonly string[] {
  if ('asset' in condition) return [condition.asset];
  const parts = 'all' in condition ? condition.all : condition.any;
  return [...new Set(parts.flatMap(assetNames))];
}

/** Whether a condition holds where these assets have been made. */
export function isMet(condition: AssetCondition, made: ReadonlySet<string>): boolean {
  if ('asset' in condition) return made.has(condition.asset);
  return 'all' in condition
    ? condition.all.every((part) => isMet(part, made))
    : condition.any.some((part) => isMet(part, made));
}

/** What is wrong with assets, in a sentence; `undefined` when nothing is. */
export function assetProblem(condition: AssetCondition): string | undefined {
  if ('asset' in condition) {
    const { asset: name } = condition;
    return /^[A-Za-z0-9_./:@-]{1,200}$/.test(name)
      ? undefined
      : `the asset '${name}' is no name: letters, digits and . _ - / : @, at most 200`;
  }
  const [word, parts] = 'all' in condition ? ['allOf', condition.all] : ['anyOf', condition.any];
  if (parts.length === 0) return `${word}() is empty, so nothing would start it: name an asset`;
  return parts.map(assetProblem).find((problem) => problem !== undefined);
}

/** A condition for people: `a and (b or c)`. */
export function conditionText(condition: AssetCondition, isPart = false): string {
  if ('asset' in condition) return condition.asset;
  const [word, parts] = 'all' in condition ? [' and ', condition.all] : [' or ', condition.any];
  const text = parts.map((part) => conditionText(part, true)).join(word);
  return isPart && parts.length > 1 ? `(${text})` : text;
}

/** Name of the memo of a run that assets have started: the events that did. */
export const assetEventsMemo = 'tradewindAssetEvents';
