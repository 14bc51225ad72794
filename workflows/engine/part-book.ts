import type { DagDefinition, TaskDefinition } from '../../dag/definition.ts';
import { makePlan } from '../../dag/planner.ts';
import type { TaskState } from '../../dag/states.ts';
import type { PartOrder } from './part-order.ts';
import type { TaskAddress } from './queries.ts';
import type { RunBook, TaskBook } from './run-book.ts';
import { newRecord, type TaskRecord } from './task-record.ts';
import { statusOf } from './task-status.ts';

/** All that a part of a long map knows of its indexes. Its plan counts them from 0; records and questions name them as the run does. */
export interface PartBook extends TaskBook, Pick<RunBook, 'graph' | 'instances' | 'tries' | 'result'> {
  readonly records: readonly TaskRecord[];
  readonly stateOf: (record: TaskRecord) => TaskState;
}

/** A book for a part of a map. */
export function openPartBook(
  { id: dagId, tasks: [task] }: DagDefinition & { readonly tasks: readonly [TaskDefinition] },
  { mapIndexes, inputs, triedBefore }: PartOrder,
): PartBook {
  const { id } = task;
  const plan = makePlan([{ id, upstream: [], triggerRule: 'all_success', length: mapIndexes.length }]);
  const places = new Map(mapIndexes.map((mapIndex, at) => [mapIndex, at]));
  const records = mapIndexes.map((mapIndex) => newRecord(task, mapIndex, labelOf(task, mapIndex)));
  for (const [mapIndex, tries, maxTries] of triedBefore) {
    const record = recordAt(mapIndex);
    record.maxTries = maxTries;
    for (let tryNumber = 1; tryNumber <= tries; tryNumber++)
      record.tries.push({ tryNumber, start: 0, end: 0, state: 'restarting', error: null });
  }

  function recordAt(mapIndex: number): TaskRecord {
    const record = records[places.get(mapIndex) ?? -1];
    if (record === undefined) throw new Error(`this part of ${id} has no map index ${mapIndex}`);
    return record;
  }
  const addressed = ({ taskId, mapIndex = -1 }: TaskAddress): TaskRecord => {
    if (taskId !== id) throw new Error(`there is no task ${taskId} in this part of a map; it is one of ${id}`);
    return recordAt(mapIndex);
  };
  const stateOf = ({ mapIndex }: TaskRecord): TaskState => plan.states(id)[places.get(mapIndex) ?? -1] ?? 'none';

  return {
    records,
    stateOf,
    plan,
    task: () => task,
    record: ({ mapIndex }) => records[mapIndex] ?? recordAt(mapIndex),
    inputsOf: () => inputs,
    graph: () => {
      const labels = records.map(({ mapLabel }) => mapLabel ?? '');
      return { dagId, tasks: [{ id, upstream: [], triggerRule: task.triggerRule, labels }] };
    },
    instances: records.map((record) => ({
      state: () => stateOf(record),
      tries: () => record.tries.length,
      wait: () => record.wait,
      status: () => statusOf(record, stateOf(record)),
    })),
    tries: (address) => addressed(address).tries,
    result: (address) => {
      const record = addressed(address);
      const state = stateOf(record);
      if (state !== 'success') throw new Error(`${id}[${record.mapIndex}] has no result: it is ${state}`);
      return record.value;
    },
  };
}

function labelOf({ labels, items, labelOf: name }: TaskDefinition, mapIndex: number): string {
  return labels?.[mapIndex] ?? name?.(items?.[mapIndex], mapIndex) ?? String(mapIndex);
}
