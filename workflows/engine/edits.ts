import { ApplicationFailure } from '@temporalio/common';
import { defineUpdate } from '@temporalio/workflow';
import { z } from 'zod';
import {
  clearInstances,
  selectForClear,
  unknownIndex,
  type ClearableRun,
  type ClearRequest,
  type SelectedInstance,
} from '../../dag/clear.ts';
import { closureOf, linkTasks } from '../../dag/clear-reach.ts';
import { clearableDag } from '../../dag/clearable.ts';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import { markableStates, selectForMark, type MarkRequest } from '../../dag/mark.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { isRefusal } from '../../dag/refusal.ts';
import type { TaskState } from '../../dag/states.ts';
import { dueOf } from './due-instances.ts';
import { failureTypes, markedFailed } from './failures.ts';
import type { RunBook } from './run-book.ts';
import type { RunTasks } from './run-tasks.ts';
import type { TaskRecord } from './task-record.ts';

const taskIds = z
  .array(z.union([z.string(), z.tuple([z.string(), z.int().min(0)]).readonly()]))
  .readonly()
  .exactOptional();

const clearInput = z.strictObject({
  taskIds,
  includeUpstream: z.boolean().exactOptional(),
  includeDownstream: z.boolean().exactOptional(),
  onlyFailed: z.boolean().exactOptional(),
  onlyRunning: z.boolean().exactOptional(),
  preventRunningTask: z.boolean().exactOptional(),
});

const markInput = z.strictObject({
  taskIds,
  state: z.enum(markableStates),
  includeUpstream: z.boolean().exactOptional(),
  includeDownstream: z.boolean().exactOptional(),
});

const runMark = z.strictObject({ state: z.enum(['success', 'failed']) });

/** The state that a run is to have. */
export type RunMark = z.infer<typeof runMark>;

/**
 * What of a run is to be cleared; by default what failed. Names are those of Airflow's REST API (see ClearRequest).
 *
 * @example {"taskIds": ["clean", ["land", 0]], "includeDownstream": true, "onlyFailed": false}
 */
export type ClearInput = z.infer<typeof clearInput>;

/** A task instance that an edit has changed, or is about to: what runs is ended first. */
export interface EditedInstance extends TaskInstance {
  readonly from: TaskState;
  readonly to: TaskState;
}

/** Instances that an edit names in its answer at most: a message has a limit. */
const mostTold = 1_000;

/** Puts tasks of a run back to the start; answers with what it changed, of very much with the first of it. Fails, in a sentence, when it does not fit. */
export const clearUpdate = defineUpdate<readonly EditedInstance[], [ClearInput]>('clear');

/** Gives tasks of a run a state; answers as a clear does. Fails, in a sentence, when it does not fit. */
export const markUpdate = defineUpdate<readonly EditedInstance[], [MarkRequest]>('mark');

/** Gives a whole run a state. Fails, in a sentence, when it is over. */
export const markRunUpdate = defineUpdate<void, [RunMark]>('markRun');

/**
 * What people change in a run while it is there. All of them take what they are given as it came, and throw an ApplicationFailure,
 * in a sentence, when it cannot be done; nothing is changed then.
 */
export interface Edits {
  readonly clear: (input?: unknown) => readonly EditedInstance[];
  readonly mark: (input: unknown) => readonly EditedInstance[];
  /** As Airflow does: all tasks have succeeded; or what has begun fails, what has not is skipped, and teardowns still run. */
  readonly markRun: (input: unknown) => void;
}

/** A run that is edited. */
interface EditedRun {
  readonly definition: DagDefinition;
  readonly book: RunBook;
  readonly context: RunContext;
  readonly tasks: RunTasks;
}

/** Opens a run to edits. */
export function openEdits({ definition, book, context, tasks }: EditedRun): Edits {
  const { plan } = book;
  const { stops, slots } = tasks;
  const dag = clearableDag(definition);
  /** What is to be done with instances once they have ended: the last that was wanted. */
  const awaited = new Map<TaskRecord, () => void>();
  let busy = false;

  function put(
    { taskId, mapIndex, state: from }: SelectedInstance,
    to: TaskState,
    error: TaskRecord['error'],
    act: () => void,
  ): EditedInstance {
    const instance = { taskId, mapIndex };
    const record = book.record(instance);
    const done = (): void => {
      act();
      slots.follow(instance, plan.states(taskId)[Math.max(mapIndex, 0)] ?? 'none');
    };
    // What waits between two tries ends at once, and tells so before this call is over.
    awaited.set(record, done);
    if (!stops.interrupt(record, { state: to === 'none' ? 'restarting' : to, error })) ended([instance]);
    else if (awaited.has(record) && (to === 'restarting' || to === 'none')) plan.record(instance, 'restarting');
    return { ...instance, from, to };
  }

  function ended(instances: readonly TaskInstance[]): void {
    for (const instance of instances) {
      const record = book.record(instance);
      const act = awaited.get(record);
      awaited.delete(record);
      act?.();
    }
    if (!busy) tasks.changed();
  }
  tasks.onInterrupted(ended);

  /** All of an edit first: what follows from a part of it must not begin. */
  function edit(change: () => readonly EditedInstance[]): readonly EditedInstance[] {
    const why = tasks.closed();
    if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'Refused');
    busy = true;
    try {
      const edited = change();
      putBack(edited);
      return edited.slice(0, mostTold);
    } finally {
      busy = false;
      tasks.changed();
    }
  }

  /** What was to begin, below what was edited, and has not, is decided anew. All else keeps its place in line. */
  function putBack(edited: readonly EditedInstance[]): void {
    const ids = new Set(edited.map(({ taskId }) => taskId));
    for (const taskId of closureOf(linkTasks(dag.tasks), ids, 'downstream')) {
      for (const instance of dueOf(plan, taskId)) {
        plan.clear([instance]);
        slots.follow(instance, 'none');
      }
    }
  }

  /** The run, in which there is each index that is asked for. */
  function known({ taskIds: markers = [] }: Pick<ClearRequest, 'taskIds'>): ClearableRun {
    const run = book.clearable(context, tasks.state());
    const unknown = unknownIndex(run, markers);
    if (unknown !== undefined) orRefused(unknown);
    return run;
  }

  function clear(selected: readonly SelectedInstance[], input: ClearRequest): readonly EditedInstance[] {
    const run = book.clearable(context, tasks.state());
    const outcome = orRefused(clearInstances(dag, [run], selected, input));
    return outcome.instances.map(({ state: to, maxTries }, at) => {
      const one = selected[at] as SelectedInstance;
      const { taskId, mapIndex } = one;
      return put(one, to, null, () => book.clear([{ taskId, mapIndex, maxTries }]));
    });
  }

  const mark = (input: unknown): readonly EditedInstance[] =>
    edit(() => {
      const request = orWrong(markInput, input);
      const { marked, cleared } = orRefused(selectForMark(dag, known(request), request));
      const { state: to } = request;
      const error = to === 'failed' ? markedFailed : null;
      return [...marked.map((one) => put(one, to, error, () => book.mark(one, to))), ...clear(cleared, {})];
    });

  return {
    clear: (input) =>
      edit(() => {
        const request = { ...orWrong(clearInput, input ?? {}), runId: context.runId };
        return clear(orRefused(selectForClear(dag, [known(request)], request)), request);
      }),
    mark,
    markRun: (input) => {
      const { state: to } = orWrong(runMark, input);
      if (to === 'success') mark({ state: to });
      else
        edit(() => {
          tasks.fail('the run was marked as failed by hand', failureTypes.marked);
          return [];
        });
    },
  };
}

function orWrong<Input>(schema: z.ZodType<Input>, given: unknown): Input {
  const { data, error } = schema.safeParse(given);
  if (error === undefined) return data;
  throw ApplicationFailure.nonRetryable(`this does not fit: ${z.prettifyError(error)}`, 'Refused');
}

function orRefused<Answer extends object>(
  answer: Answer,
): Exclude<Answer, { readonly refused: string; readonly message: string }> {
  if (isRefusal(answer)) throw ApplicationFailure.nonRetryable(answer.message, 'Refused');
  return answer as Exclude<Answer, { readonly refused: string; readonly message: string }>;
}
