import { isMapped, type DagDefinition, type RunContext, type TaskDefinition } from '../../dag/definition.ts';
import { itemsOf } from '../../dag/map-list.ts';
import type { Outcome, Unfinished } from '../../dag/outcome.ts';
import { plannedTasks } from '../../dag/planned-tasks.ts';
import { makePlan, type Plan, type TaskInstance } from '../../dag/planner.ts';
import { isFinished, type RunState, type TaskState } from '../../dag/states.ts';
import { instantText } from './search-attributes.ts';
import { taskLabel } from './current-task.ts';
import type { RunGraph, RunStatus, TaskAddress, TaskStatus } from './queries.ts';
import type { TaskRecord, TaskWait, TryRecord } from './task-record.ts';

/** All that a run knows of its tasks. */
export interface RunBook {
  readonly plan: Plan;
  readonly task: (taskId: string) => TaskDefinition;
  readonly record: (instance: TaskInstance) => TaskRecord;
  /** What a task instance is given: of the tasks it needs, and the item of its mapped group. */
  readonly inputsOf: (instance: TaskInstance) => Readonly<Record<string, unknown>>;
  readonly graph: () => RunGraph;
  /** The task instances in the order of the definition. */
  readonly instances: readonly BookInstance[];
  readonly statuses: () => readonly TaskStatus[];
  readonly status: (context: RunContext, state: RunState) => RunStatus;
  readonly tries: (address: TaskAddress) => readonly TryRecord[];
  readonly result: (address: TaskAddress) => unknown;
}

/** One task instance: what is known of it now. */
export interface BookInstance {
  readonly state: () => TaskState;
  readonly tries: () => number;
  readonly wait: () => TaskWait | undefined;
  readonly status: () => TaskStatus;
}

/** An empty book for a run of a DAG. */
export function openBook(definition: DagDefinition): RunBook {
  const tasks = new Map(definition.tasks.map((task) => [task.id, task]));
  const records = new Map<string, TaskRecord[]>(
    definition.tasks.map(({ id, labels }) => [
      id,
      labels === null || labels.length === 0
        ? [newRecord(id, -1, undefined)]
        : labels.map((label, mapIndex) => newRecord(id, mapIndex, label)),
    ]),
  );
  const plan = makePlan(plannedTasks(definition.tasks), (taskId) => {
    const { list } = taskOf(taskId);
    const items = list === undefined ? undefined : itemsOf(list, listResult);
    if (items === undefined) return null;
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
    if (isMapped(taskOf(taskId)))
      return plan.states(taskId).every(isFinished) ? given.map(({ value }) => value) : undefined;
    const value = given[0]?.value;
    return Array.isArray(value) ? value : undefined;
  }

  /** Makes a mapped task of one whose list has just become known. */
  function expand(taskId: string, items: readonly unknown[]): void {
    const task = taskOf(taskId);
    tasks.set(taskId, { ...task, items });
    if (items.length === 0) return;
    const labels = items.map((item, index) => task.labelOf?.(item, index) ?? String(index));
    const made = labels.map((label, mapIndex) => newRecord(taskId, mapIndex, label));
    let at = 0;
    for (const [id, before] of records) {
      if (id === taskId) break;
      at += before.length;
    }
    instances.splice(at, records.get(taskId)?.length ?? 0, ...made.map(instanceOf));
    records.set(taskId, made);
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
    const task = taskOf(taskId);
    const inputs = Object.entries(task.needs).map(([name, id]) => [name, inputOf(id, task, mapIndex)] as const);
    const items = (task.itemInputs ?? []).map((name) => [name, task.items?.[mapIndex]] as const);
    return Object.fromEntries([...inputs, ...items]);
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

  return {
    plan,
    task: taskOf,
    record: recordOf,
    inputsOf,
    graph: () => ({
      dagId: definition.id,
      tasks: definition.tasks.map(({ id, upstream, triggerRule, labels }) => ({ id, upstream, triggerRule, labels })),
    }),
    instances,
    statuses,
    status: ({ dagId, runId, runType, logicalDate, dataInterval }, state) => ({
      dagId,
      runId,
      runType,
      logicalDate: instantText(logicalDate),
      dataInterval: { start: instantText(dataInterval.start), end: instantText(dataInterval.end) },
      state,
      tasks: statuses(),
    }),
    tries: (address) => recordOf(address).tries,
    result: (address) => {
      const record = recordOf(address);
      const state = stateOf(record);
      return state === 'success' ? record.value : absent(`task ${address.taskId} has no result: it is ${state}`);
    },
  };
}

function newRecord(taskId: string, mapIndex: number, mapLabel: string | undefined): TaskRecord {
  return { taskId, mapIndex, mapLabel, tries: [], value: undefined, error: null };
}

function outcomeOf(record: TaskRecord, state: TaskState): Outcome<unknown> | Unfinished {
  if (!isFinished(state)) return { state: 'unfinished' };
  if (state === 'success') return { state, value: record.value };
  if (state === 'failed') return { state, error: record.error ?? { type: 'Error', message: 'unknown' } };
  return { state };
}

function statusOf(record: TaskRecord, state: TaskState): TaskStatus {
  const { taskId, mapIndex, mapLabel, tries, error, wait } = record;
  const [first] = tries;
  const last = tries.at(-1);
  return {
    taskId,
    mapIndex,
    label: taskLabel(taskId, mapLabel),
    state,
    tryNumber: last?.tryNumber ?? 0,
    start: first?.start ?? null,
    end: isFinished(state) ? (last?.end ?? null) : null,
    error,
    ...(wait !== undefined && wait.state === state && { wait }),
  };
}

function absent(message: string): never {
  throw new Error(message);
}
