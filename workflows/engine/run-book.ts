import { choiceOf } from '../../dag/choice.ts';
import { isMapped, type DagDefinition, type RunContext, type TaskDefinition } from '../../dag/definition.ts';
import { keepable, sourcesFor, type KeptInstance } from '../../dag/kept.ts';
import { listProblem, runProblem } from '../../dag/limits.ts';
import { itemsOf } from '../../dag/map-list.ts';
import type { ClearableRun } from '../../dag/clear.ts';
import type { MarkableState } from '../../dag/mark.ts';
import type { Outcome, Unfinished } from '../../dag/outcome.ts';
import { plannedTasks } from '../../dag/planned-tasks.ts';
import { makePlan, type Plan, type TaskInstance } from '../../dag/planner.ts';
import { isFinished, type RunState, type TaskState } from '../../dag/states.ts';
import type { TaskHost } from './current-task.ts';
import { failureTypes, markedFailed } from './failures.ts';
import type { RunGraph, TaskAddress, TaskStatus } from './queries.ts';
import { newRecord, type TaskRecord, type TaskWait, type TryRecord } from './task-record.ts';
import { statusOf } from './task-status.ts';

/** All that a run knows of its tasks. */
export interface RunBook {
  readonly plan: Plan;
  readonly task: (taskId: string) => TaskDefinition;
  readonly record: (instance: TaskInstance) => TaskRecord;
  /** What a task instance is given: of the tasks it needs, and the item of its mapped group. */
  readonly inputsOf: (instance: TaskInstance) => Readonly<Record<string, unknown>>;
  /**
   * Puts instances that do not run back to the start, to be decided anew: their tries are numbered on, their retries fresh, unless
   * `maxTries` says otherwise.
   */
  readonly clear: (instances: readonly (TaskInstance & { readonly maxTries?: number })[]) => void;
  /** Gives an instance that does not run a state by hand. */
  readonly mark: (instance: TaskInstance, state: MarkableState) => void;
  /** The run as clearing and marking see it. */
  readonly clearable: (context: RunContext, state: RunState) => ClearableRun;
  /** Kept instances whose results are not here, and which a task that has not ended may be given. */
  readonly lacking: () => readonly TaskInstance[];
  /** Brings the result of a kept instance. */
  readonly supply: (instance: TaskInstance, value: unknown) => void;
  readonly graph: () => RunGraph;
  /** The task instances in the order of the definition. */
  readonly instances: readonly BookInstance[];
  readonly statuses: () => readonly TaskStatus[];
  readonly tries: (address: TaskAddress) => readonly TryRecord[];
  readonly result: (address: TaskAddress) => unknown;
}

/** What is known of the tasks that are to run, as far as running them goes. */
export type TaskBook = Pick<RunBook, 'plan' | 'task' | 'record' | 'inputsOf'>;

/** One task instance: what is known of it now. */
export interface BookInstance {
  readonly state: () => TaskState;
  readonly tries: () => number;
  readonly wait: () => TaskWait | undefined;
  readonly status: () => TaskStatus;
}

/** What ended in an earlier attempt of a run, with the result where that is at hand: that of a task that chose has to be. */
export type KeptTask = KeptInstance & { readonly value?: unknown };

/**
 * A book for a run of a DAG: empty, or with what is kept of an earlier attempt. What is not kept has not been decided. `isPatched` says
 * whether the run goes by a change of the engine (see TaskHost).
 */
export function openBook(
  definition: DagDefinition,
  earlier: readonly KeptTask[] = [],
  isPatched: TaskHost['patched'] = () => true,
): RunBook {
  const tasks = new Map(definition.tasks.map((task) => [task.id, task]));
  const records = new Map<string, TaskRecord[]>(
    definition.tasks.map((task) => [
      task.id,
      task.labels === null || task.labels.length === 0
        ? [newRecord(task, -1, undefined)]
        : task.labels.map((label, mapIndex) => newRecord(task, mapIndex, label)),
    ]),
  );
  const plan = makePlan(plannedTasks(definition.tasks), (taskId) => {
    const { list } = taskOf(taskId);
    const items = list === undefined ? undefined : itemsOf(list, listResult);
    if (items === undefined) return null;
    if (refuses(taskId, items.length)) return null;
    expand(taskId, items);
    return items.length;
  });

  const taskOf = (taskId: string): TaskDefinition =>
    tasks.get(taskId) ?? absent(`there is no task ${taskId}; there are ${[...tasks.keys()].join(', ')}`);
  const recordOf = ({ taskId, mapIndex = -1 }: TaskAddress): TaskRecord => {
    const found = records.get(taskOf(taskId).id)?.[Math.max(mapIndex, 0)];
    return found?.mapIndex === mapIndex ? found : absent(`task ${taskId} has no map index ${mapIndex}`);
  };
  const stateOf = ({ taskId, mapIndex }: TaskRecord): TaskState =>
    plan.states(taskId)[Math.max(mapIndex, 0)] ?? absent(`task ${taskId} has no map index ${mapIndex}`);

  /** What a task or mapped task gives to map over: the list of a task that succeeded, the results of the indexes that did. */
  function listResult(taskId: string): readonly unknown[] | undefined {
    const given = (records.get(taskId) ?? []).filter((record) => stateOf(record) === 'success');
    if (given.some((record) => record.kept === 'away')) return undefined;
    if (isMapped(taskOf(taskId)))
      return plan.states(taskId).every(isFinished) ? given.map(({ value }) => value) : undefined;
    const value = given[0]?.value;
    return Array.isArray(value) ? value : undefined;
  }

  /** A list that was put together, or of results, may be longer than any of its parts, or too long for its run: then its task has no indexes, and says why. */
  function refuses(taskId: string, length: number): boolean {
    let others = 0;
    for (const [id, { length: own }] of records) if (id !== taskId) others += own;
    const crowded = runProblem(length, others);
    const message =
      listProblem(taskOf(taskId), length) ?? (crowded && isPatched('indexes-are-counted') ? crowded : undefined);
    if (message === undefined) return false;
    recordOf({ taskId }).error = { type: failureTypes.tooLarge, message };
    return true;
  }

  /** Makes a mapped task of one whose list has just become known. */
  function expand(taskId: string, items: readonly unknown[]): void {
    const task = taskOf(taskId);
    tasks.set(taskId, { ...task, items });
    if (items.length === 0) return;
    const labels = items.map((item, index) => task.labelOf?.(item, index) ?? String(index));
    setIndexes(task, labels);
  }

  /** Gives a mapped task its indexes. What is known of them stays, and of those that it has no more, too. */
  function setIndexes(task: TaskDefinition, labels: readonly string[]): void {
    const before = records.get(task.id) ?? [];
    const known = before.filter(({ mapIndex }) => mapIndex >= 0);
    const made = labels.map((label, mapIndex) => {
      const one = known[mapIndex];
      return one === undefined ? newRecord(task, mapIndex, label) : Object.assign(one, { mapLabel: label });
    });
    if (known.length === made.length) return;
    const all = [...made, ...known.slice(made.length)];
    let at = 0;
    for (const [id, { length }] of records) {
      if (id === task.id) break;
      at += length;
    }
    instances.splice(at, before.length, ...all.map(instanceOf));
    records.set(task.id, all);
  }

  /** A task with its items: those of a kept index are not known before the list is asked for. */
  function taskWithItems(taskId: string): TaskDefinition {
    const task = taskOf(taskId);
    const items = task.items === null && task.list !== undefined ? itemsOf(task.list, listResult) : undefined;
    if (items !== undefined && plan.length(taskId) !== null) tasks.set(taskId, { ...task, items });
    return taskOf(taskId);
  }

  function inputOf(taskId: string, { mappedGroup, triggerRule }: TaskDefinition, mapIndex: number): unknown {
    const task = taskOf(taskId);
    const given = (record: TaskRecord): unknown =>
      triggerRule === 'all_success' ? record.value : outcomeOf(record, stateOf(record));
    const found = records.get(taskId) ?? [];
    if (mappedGroup === undefined || mappedGroup !== task.mappedGroup) {
      const values = found.map(given);
      return isMapped(task) ? values : values[0];
    }
    // Its own index of the group; the only one, where that task ended before it had any.
    const own = found[mapIndex] ?? found[0];
    return own && given(own);
  }

  function inputsOf({ taskId, mapIndex }: TaskInstance): Readonly<Record<string, unknown>> {
    const task = taskWithItems(taskId);
    const inputs = Object.entries(task.needs).map(([name, id]) => [name, inputOf(id, task, mapIndex)] as const);
    const items = (task.itemInputs ?? []).map((name) => [name, task.items?.[mapIndex]] as const);
    return Object.fromEntries([...inputs, ...items]);
  }

  function clear(cleared: Parameters<RunBook['clear']>[0]): void {
    for (const { maxTries, ...instance } of cleared) {
      const record = recordOf(instance);
      record.maxTries = maxTries ?? record.tries.length + taskOf(instance.taskId).retries;
      forget(record);
    }
    plan.clear(cleared);
  }

  function mark(instance: TaskInstance, state: MarkableState): void {
    const record = recordOf(instance);
    forget(record);
    if (state === 'failed') record.error = markedFailed;
    plan.record(instance, state);
  }

  function lacking(): readonly TaskInstance[] {
    const sources = new Set<string>();
    for (const task of definition.tasks) {
      if (plan.states(task.id).every(isFinished)) continue;
      for (const id of sourcesFor(task)) sources.add(id);
    }
    return [...sources].flatMap((id) => (records.get(id) ?? []).filter((record) => record.kept === 'away'));
  }

  function supply(instance: TaskInstance, value: unknown): void {
    const record = recordOf(instance);
    if (record.kept !== 'away') return;
    record.value = value;
    record.kept = 'here';
  }

  const instanceOf = (record: TaskRecord): BookInstance => {
    const state = (): TaskState => stateOf(record);
    return {
      state,
      tries: () => record.tries.length,
      wait: () => record.wait,
      status: () => statusOf(record, state()),
    };
  };
  const instances: BookInstance[] = [...records.values()].flat().map(instanceOf);
  const statuses = (): readonly TaskStatus[] => instances.map(({ status }) => status());

  /** Indexes first, since a choice reaches out to them; then choices, over which the states of what they skipped come last. */
  function restore(all: readonly KeptTask[]): void {
    const found = keepable(definition, all);
    const labels = new Map<string, string[]>();
    for (const { taskId, mapIndex, label } of found) {
      if (mapIndex < 0 || taskOf(taskId).list === undefined) continue;
      const known = labels.get(taskId) ?? [];
      labels.set(taskId, known);
      known[mapIndex] = label.slice(taskId.length + 1, -1);
    }
    for (const [taskId, known] of labels) {
      plan.expand(taskId, known.length);
      setIndexes(
        taskOf(taskId),
        Array.from(known, (label, mapIndex) => label ?? String(mapIndex)),
      );
    }
    for (const { tries, error, hasResult, value, state, abandoned, ...instance } of found) {
      const record = recordOf(instance);
      record.tries.push(...tries);
      const kept = hasResult && value === undefined ? 'away' : 'here';
      Object.assign(record, { value, error, kept, abandoned, maxTries: tries.length });
      const choice = state === 'success' ? choiceOf(taskOf(instance.taskId), value) : undefined;
      if (choice !== undefined) plan.record(instance, state, choice);
    }
    for (const instance of found) plan.record(instance, instance.state);
  }
  restore(earlier);

  return {
    plan,
    task: taskWithItems,
    record: recordOf,
    inputsOf,
    clear,
    mark,
    clearable: ({ runId, logicalDate }, state) => ({
      runId,
      logicalDate: logicalDate.getTime(),
      state,
      instances: [...records.values()].flat().map((record) => {
        const { taskId, mapIndex, tries, maxTries } = record;
        return { taskId, mapIndex, state: stateOf(record), tryNumber: tries.length, maxTries };
      }),
    }),
    lacking,
    supply,
    graph: () => ({
      dagId: definition.id,
      tasks: definition.tasks.map(({ id, upstream, triggerRule, labels }) => ({ id, upstream, triggerRule, labels })),
    }),
    instances,
    statuses,
    tries: (address) => recordOf(address).tries,
    result: (address) => {
      const record = recordOf(address);
      const state = stateOf(record);
      if (record.kept === 'away') return absent(`the result of task ${address.taskId} is in the run's record before`);
      if (record.partKey !== undefined && record.value === undefined)
        return absent(`the result of task ${address.taskId} is in the record of its part, ${record.partKey}`);
      return state === 'success' ? record.value : absent(`task ${address.taskId} has no result: it is ${state}`);
    },
  };
}

function forget(record: TaskRecord): void {
  const nothing = { kept: undefined, partKey: undefined, wait: undefined, abandoned: undefined };
  Object.assign(record, { value: undefined, error: null, ...nothing });
}

function outcomeOf(record: TaskRecord, state: TaskState): Outcome<unknown> | Unfinished {
  if (!isFinished(state)) return { state: 'unfinished' };
  if (state === 'success') return { state, value: record.value };
  if (state === 'failed') return { state, error: record.error ?? { type: 'Error', message: 'unknown' } };
  return { state };
}

function absent(message: string): never {
  throw new Error(message);
}
