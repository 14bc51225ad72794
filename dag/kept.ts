import { z } from 'zod';
import { runTypes, type DagDefinition, type TaskDefinition } from './definition.ts';
import { sourcesOf } from './map-list.ts';
import { markableStates, type MarkableState } from './mark.ts';
import type { TaskInstance } from './planner.ts';
import type { RunIdentity } from './run-identity.ts';
import type { RunRecord, TaskInstanceRecord } from './run-record.ts';
import { isFinished } from './states.ts';

/** Name of the memo of an execution that goes on from a record: its value is a {@link Rerun}. */
export const rerunMemo = 'tradewindRerun';

const instant = z.iso.datetime();

const rerunSchema = z
  .object({
    /** Of the new execution, from 2. */
    attempt: z.int().min(2),
    /** The attempt whose record it goes on from. */
    from: z.int().min(1),
    runType: z.enum(runTypes),
    /** ISO 8601, UTC. */
    logicalDate: instant,
    dataInterval: z.object({ start: instant, end: instant }).readonly(),
    /** Task by task the map indexes that are cleared, as `0-4,7`; `*` for the whole task. */
    cleared: z.array(z.tuple([z.string(), z.string()]).readonly()).readonly(),
    /** The same of those that somebody gave a state, before anything is cleared. */
    marked: z
      .array(z.tuple([z.string(), z.string(), z.enum(markableStates)]).readonly())
      .readonly()
      .exactOptional(),
    /** Whether somebody marked the whole run as failed. */
    failed: z.literal(true).exactOptional(),
  })
  .readonly();

/** What a run that is started again is told: which of its attempts it is, what it is about, and what is cleared of it. */
export type Rerun = z.infer<typeof rerunSchema>;

/** Reads the memo of a run; `undefined` for a run that is started for the first time. Throws for a memo of another form. */
export function readRerun(memo: unknown): Rerun | undefined {
  return memo === undefined ? undefined : rerunSchema.parse(memo);
}

/** What is changed in a run that has ended, and so is to go on. */
export interface RunChange {
  /** What is put back to the start; all else is kept with its result. */
  readonly cleared: readonly TaskInstance[];
  /** What is given a state. */
  readonly marked?: readonly (TaskInstance & { readonly state: MarkableState })[];
  /** Whether the whole run is to be failed. */
  readonly failed?: boolean;
  /** The type that it has from now on, where that changes: a backfill makes a run its own. */
  readonly runType?: Rerun['runType'];
}

/** The order to go on from a record with a change. */
export function rerunOf(
  { attempt, runType, logicalDate, dataInterval, tasks }: RunRecord,
  { cleared, marked = [], failed = false, ...as }: RunChange,
): Rerun {
  const all = indexesOf(tasks);
  const words = (instances: readonly TaskInstance[]): readonly (readonly [string, string])[] =>
    [...indexesOf(instances)].map(([taskId, indexes]) => {
      const isWhole = indexes.length >= (all.get(taskId)?.length ?? 0) || indexes.includes(-1);
      return [taskId, isWhole ? '*' : indexRanges(indexes)] as const;
    });
  const states = markableStates.flatMap((state) =>
    words(marked.filter((one) => one.state === state)).map((word) => [...word, state] as const),
  );
  return {
    attempt: attempt + 1,
    from: attempt,
    runType,
    logicalDate,
    dataInterval,
    ...as,
    cleared: words(cleared),
    ...(states.length > 0 && { marked: states }),
    ...(failed && { failed }),
  };
}

/** What a run that is started again is about: what it always was. */
export function rerunIdentity({ runType, logicalDate, dataInterval: { start, end } }: Rerun): RunIdentity {
  const dataInterval = { start: new Date(start), end: new Date(end) };
  return { runType, logicalDate: new Date(logicalDate), dataInterval };
}

/** Whether an instance of the record is cleared. */
export function clears({ cleared }: Pick<Rerun, 'cleared'>): (instance: TaskInstance) => boolean {
  return among(cleared);
}

/** The state that somebody gave an instance of the record; `undefined` where nobody did. */
export function marks({ marked = [] }: Pick<Rerun, 'marked'>): (instance: TaskInstance) => MarkableState | undefined {
  const those = markableStates.map(
    (state) => [state, among(marked.filter(([, , of]) => of === state).map(([id, text]) => [id, text]))] as const,
  );
  return (instance) => those.find(([, has]) => has(instance))?.[0];
}

function among(words: readonly (readonly [string, string])[]): (instance: TaskInstance) => boolean {
  const ranges = new Map(words.map(([taskId, text]) => [taskId, rangesOf(text)]));
  return ({ taskId, mapIndex }) =>
    ranges.get(taskId)?.some(([from, to]) => mapIndex >= from && mapIndex <= to) === true;
}

/** A task instance of an earlier attempt, without its result. */
export type KeptInstance = Omit<TaskInstanceRecord, 'result' | 'resultKey' | 'partKey'> & {
  /** Whether the record has a result of it. */
  readonly hasResult: boolean;
};

/** Instances whose results decide what follows them in the graph: branches and short circuits that succeeded. */
export function choosers({ tasks }: DagDefinition, kept: readonly KeptInstance[]): readonly KeptInstance[] {
  const choose = new Set(tasks.filter(isChooser).map(({ id }) => id));
  return kept.filter(({ taskId, hasResult }) => hasResult && choose.has(taskId));
}

function isChooser({ kind }: TaskDefinition): boolean {
  return kind === 'branch' || kind === 'short_circuit' || kind === 'latest_only';
}

/** Ids of the tasks whose results a task is given, itself or to be mapped over. */
export function sourcesFor({ needs, list }: TaskDefinition): readonly string[] {
  return [...Object.values(needs), ...(list === undefined ? [] : sourcesOf(list))];
}

/** What of a record a new attempt can go on with: what ended in a task that the DAG still has. */
export function keepable<Kept extends KeptInstance>({ tasks }: DagDefinition, kept: readonly Kept[]): readonly Kept[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return kept.filter(({ taskId, mapIndex, state }) => {
    const task = byId.get(taskId);
    if (task === undefined || !isFinished(state)) return false;
    // A map over a result has no index while its list is not there; any other map has those of its list, or, empty, none.
    if (task.list !== undefined) return true;
    const length = task.items?.length ?? 0;
    return length === 0 ? mapIndex === -1 : mapIndex >= 0 && mapIndex < length;
  });
}

function indexesOf(instances: readonly TaskInstance[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const { taskId, mapIndex } of instances) {
    const indexes = found.get(taskId);
    if (indexes === undefined) found.set(taskId, [mapIndex]);
    else indexes.push(mapIndex);
  }
  return found;
}

function indexRanges(indexes: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of indexes.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && index <= last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

function rangesOf(text: string): readonly (readonly [number, number])[] {
  if (text === '*') return [[-1, Number.POSITIVE_INFINITY]];
  return text.split(',').map((range) => {
    const [from = '', to = from] = range.split('-');
    return [Number(from), Number(to)];
  });
}
