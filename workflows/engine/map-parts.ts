import type { DagDefinition, RunContext, TaskDefinition } from '../../dag/definition.ts';
import { sourcesFor } from '../../dag/kept.ts';
import { partSize, runsInParts } from '../../dag/limits.ts';
import type { TaskError } from '../../dag/outcome.ts';
import type { IndexEnd } from '../../dag/part-end.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import type { TaskHost } from './current-task.ts';
import { diagnose, failureTypes } from './failures.ts';
import type { TaskBook } from './run-book.ts';
import type { Stops } from './stops.ts';
import type { TaskRecord } from './task-record.ts';

/** Runs the indexes of long maps in child workflows, some of them in each, so that no history holds them all. */
export interface MapParts {
  /** Takes an index that may run, where its map is a long one; else says `false`. */
  readonly take: (instance: TaskInstance) => boolean;
  /** Begins what was taken, as far as limits let it. */
  readonly begin: () => void;
}

/** What parts work with. */
export interface PartsOfRun {
  readonly definition: DagDefinition;
  readonly book: TaskBook;
  readonly context: RunContext;
  readonly host: TaskHost;
  readonly stops: Stops;
  /** Whether a task is not begun any more. */
  readonly isOver: (task: TaskDefinition) => boolean;
  readonly onBegin: () => void;
  /** Skips an index that is not begun any more. */
  readonly giveUp: (instance: TaskInstance) => void;
  /** Told when indexes were skipped instead. */
  readonly onSkip: () => void;
  /** Told, before {@link onEnd}, of indexes of the part that somebody has cleared or marked meanwhile. */
  readonly onInterrupted: (instances: readonly TaskInstance[]) => void;
  /** Told when a part has ended, and how many of its indexes failed. */
  readonly onEnd: (task: TaskDefinition, failed: number) => void;
  readonly onDefect: (error: unknown) => void;
}

/** What of one long map is to run. */
interface Line {
  /** With its items as they are now: a list that is cleared may be another one. */
  task: TaskDefinition;
  /** Indexes that are not in a part yet. */
  taken: number[];
  readonly waiting: (readonly number[])[];
  running: number;
}

/** Characters of the items that one part is given, in JSON: three bytes each at most, so that they fit in its input. */
const mostCharacters = 300_000;

/** Indexes of a limited map that share one part's limit: a part that comes to its end does not use all of it. */
const shareOfLimit = 50;

/** The parts of a run's long maps; none where the host cannot run parts, a test for example. */
export function openParts({
  definition,
  book,
  context,
  host,
  stops,
  isOver,
  onBegin,
  giveUp,
  onSkip,
  onInterrupted,
  onEnd,
  onDefect,
}: PartsOfRun): MapParts {
  const { openScope, now, runPart } = host;
  if (runPart === undefined) return { take: () => false, begin: () => undefined };
  const { plan } = book;
  const lines = new Map<string, Line>();
  const needed = new Set(definition.tasks.flatMap(sourcesFor));

  /**
   * Has an index of a part that was terminated run again, where a try is left. Also one that had ended: its result is gone with the
   * part's workflow.
   */
  const isTriedAgain = ({ task, taken }: Line, { taskId, mapIndex, tries, maxTries }: TaskRecord): boolean => {
    const last = tries.at(-1);
    if (last === undefined || tries.length > maxTries || isOver(task)) return false;
    tries[tries.length - 1] = { ...last, state: 'up_for_retry' };
    plan.record({ taskId, mapIndex }, 'queued');
    taken.push(mapIndex);
    return true;
  };

  const start = (line: Line, mapIndexes: readonly number[], most: number | null): void => {
    const { task } = line;
    const { id: taskId } = task;
    // While they waited, they may have been marked.
    const instances = mapIndexes
      .map((mapIndex): TaskInstance => ({ taskId, mapIndex }))
      .filter(({ mapIndex }) => plan.states(taskId)[mapIndex] === 'queued');
    const [first] = instances;
    if (first === undefined) return;
    if (isOver(task)) {
      for (const instance of instances) giveUp(instance);
      onSkip();
      return;
    }
    line.running++;
    onBegin();
    for (const instance of instances) plan.record(instance, 'running');
    const since = now();
    const scope = openScope();
    let stopped: TaskError | undefined;
    /** Cleared or marked while the part runs: it is ended for them only where nothing else is in it. */
    const edited = new Set<TaskInstance>();
    const releases = instances.map((instance) =>
      stops.follow(task, book.record(instance), (stop) => {
        if (stop.kind === 'failing') stopped = stop.error;
        else edited.add(instance);
        if (stopped !== undefined || edited.size === instances.length) scope.cancel();
      }),
    );
    const close = (ends: readonly IndexEnd[], key: string | null, values?: readonly unknown[]): void => {
      for (const release of releases) release();
      line.running--;
      let failed = 0;
      for (const [at, instance] of instances.entries()) {
        const { state, error, tries } = ends[at] ?? lost(since, now(), 'its part said nothing of it');
        const record = book.record(instance);
        for (const one of tries) record.tries.push({ ...one, tryNumber: record.tries.length + 1 });
        record.error = state === 'failed' ? (stopped ?? error) : null;
        record.value = values?.[at];
        record.partKey = key ?? undefined;
        if (edited.has(instance)) continue;
        if (error?.type === failureTypes.partTerminated && stopped === undefined && isTriedAgain(line, record))
          continue;
        // A part has nothing that is upstream: what it did not try it gave up.
        record.abandoned = state === 'skipped' && tries.length === 0 ? true : undefined;
        if (state === 'failed') failed++;
        plan.record(instance, state);
      }
      if (edited.size > 0) onInterrupted([...edited]);
      onEnd(task, failed);
    };
    const fail = (thrown: unknown): void => {
      const { error } = diagnose(thrown);
      close(
        instances.map(() => lost(since, now(), error.message, error.type)),
        null,
      );
    };
    const order = {
      taskId,
      mapIndexes: instances.map(({ mapIndex }) => mapIndex),
      items: task.list === undefined ? null : instances.map(({ mapIndex }) => task.items?.[mapIndex]),
      inputs: book.inputsOf(first),
      most,
      triedBefore: instances.flatMap((instance) => {
        const { tries, maxTries } = book.record(instance);
        return tries.length === 0 ? [] : [[instance.mapIndex, tries.length, maxTries] as const];
      }),
      wantsResults: needed.has(taskId),
    };
    scope
      .run(() => runPart(order, context))
      .then(({ ends, key, results }) => close(ends, key, results), fail)
      .then(undefined, onDefect);
  };

  return {
    take: ({ taskId, mapIndex }) => {
      const task = book.task(taskId);
      if (!runsInParts(task.items?.length ?? 0)) return false;
      const line = lines.get(taskId) ?? { task, taken: [], waiting: [], running: 0 };
      lines.set(taskId, line);
      line.task = task;
      line.taken.push(mapIndex);
      plan.record({ taskId, mapIndex }, 'queued');
      return true;
    },
    begin: () => {
      for (const line of lines.values()) {
        line.waiting.push(...partsOf(line.task, line.taken));
        line.taken = [];
        const limit = limitOf(definition, line.task);
        const atOnce = limit === null ? Number.POSITIVE_INFINITY : Math.ceil(limit / shareOfLimit);
        const most = limit === null ? null : Math.floor(limit / atOnce);
        while (line.running < atOnce) {
          const next = line.waiting.shift();
          if (next === undefined) break;
          start(line, next, most);
        }
      }
    },
  };
}

/** Shares indexes out among parts: so many to each, or as many as have items that fit in its input. */
function partsOf({ list, items }: TaskDefinition, mapIndexes: readonly number[]): readonly (readonly number[])[] {
  const parts: number[][] = [];
  let characters = 0;
  for (const mapIndex of mapIndexes) {
    // What stands in the definition is not sent.
    const size = list === undefined ? 0 : (JSON.stringify(items?.[mapIndex])?.length ?? 0);
    const last = parts.at(-1);
    if (last !== undefined && last.length < partSize && characters + size <= mostCharacters) {
      last.push(mapIndex);
      characters += size;
    } else {
      parts.push([mapIndex]);
      characters = size;
    }
  }
  return parts;
}

/** How many indexes of a long map run at a time; `null`: all. A limit of the whole run is each of its long maps'. */
function limitOf(
  { maxActiveTasks = Number.POSITIVE_INFINITY }: DagDefinition,
  { maxActiveTisPerDagrun = Number.POSITIVE_INFINITY }: TaskDefinition,
): number | null {
  const limit = Math.min(maxActiveTasks, maxActiveTisPerDagrun);
  return Number.isFinite(limit) ? limit : null;
}

/** The end of an index of which its part has said nothing. */
function lost(start: number, end: number, message: string, type = 'PartLost'): IndexEnd {
  const error = { type, message };
  return { state: 'failed', error, tries: [{ tryNumber: 1, start, end, state: 'failed', error }] };
}
