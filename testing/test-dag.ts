import { choiceOf } from '../dag/choice.ts';
import type { DagDefinition, RunContext, TaskContext, TaskDefinition } from '../dag/definition.ts';
import { checkParams } from '../dag/params.ts';
import type { TaskInstance } from '../dag/planner.ts';
import { runIdentity } from '../dag/run-identity.ts';
import type { RunState, TaskState } from '../dag/states.ts';

import { diagnose } from '../workflows/engine/failures.ts';
import type { RunStatus, TaskAddress } from '../workflows/engine/queries.ts';
import { retryDelayAfter } from '../workflows/engine/retry-delay.ts';
import { openBook, type RunBook } from '../workflows/engine/run-book.ts';
import type { TryRecord } from '../workflows/engine/task-record.ts';

/** What stands in for a task's `run` in a test: gives its result, or throws as the task would (`failTask`, `skip`, any error). */
export interface StandIn {
  // A method, so that a test can say more exactly what it is given.
  stand(inputs: Readonly<Record<string, unknown>>, context: TaskContext, item: unknown): unknown;
}

/** What a test wants of a run. */
export interface DagTestOptions {
  /** When the run is due, or started: a slot of the DAG's timetable makes it scheduled, any other moment manual. Now by default. */
  readonly at?: Date;
  /** What the run is given. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Stand-ins by task id. Needed for a task whose `run` calls an activity or waits: that takes a worker. */
  readonly tasks?: Readonly<Record<string, StandIn['stand']>>;
}

/** How a run of a test ended. */
export interface DagTest {
  readonly state: Extract<RunState, 'success' | 'failed'>;
  /** State of every task; of a mapped one, a list in index order. */
  readonly states: Readonly<Record<string, TaskState | readonly TaskState[]>>;
  /** The run, as `tw runs show` would have it. */
  readonly status: RunStatus;
  /** Tries of a task, the first one first; time passes between them alone. Throws when there is no such task. */
  readonly tries: (address: TaskAddress) => readonly TryRecord[];
  /** Result of a task; throws when it has none. */
  readonly result: (address: TaskAddress) => unknown;
}

/**
 * Runs a DAG in this process, without a server, in milliseconds: trigger rules, branches, maps, tries and results are those of
 * the engine, and time between tries is skipped. The `run` of a task is called unless it has a stand-in. Throws when the params are
 * not right, when a stand-in is of no task, and when a task without one needs a worker.
 *
 * @example const { state, states } = await testDag(hello, { tasks: { greet: () => failTask('no voice') } });
 */
export async function testDag(
  { definition }: { readonly definition: DagDefinition },
  { at = new Date(), params: given, tasks: standIns = {} }: DagTestOptions = {},
): Promise<DagTest> {
  const book = openBook(definition);
  for (const id of Object.keys(standIns)) book.task(id);
  const { params, problems } = checkParams(definition, given);
  if (problems !== undefined) throw new Error(`the params of ${definition.id} are not right: ${problems.join('; ')}`);
  const identity = runIdentity(definition, { nominalTime: at, startTime: at });
  const context: RunContext = { dagId: definition.id, runId: `${definition.id}-test`, params, ...identity };
  await runAll(book, context, standIns, at.getTime());
  const state = book.plan.runState() === 'success' ? 'success' : 'failed';
  return {
    state,
    states: Object.fromEntries(
      definition.tasks.map(({ id }) => {
        const states = [...book.plan.states(id)];
        return [id, book.plan.length(id) === null ? (states[0] ?? 'none') : states];
      }),
    ),
    status: book.status(context, state),
    tries: book.tries,
    result: book.result,
  };
}

/** A try that is due at a moment of the test's own clock. */
interface DueTry {
  readonly instance: TaskInstance;
  readonly tryNumber: number;
  readonly due: number;
}

async function runAll(
  book: RunBook,
  context: RunContext,
  standIns: NonNullable<DagTestOptions['tasks']>,
  start: number,
): Promise<void> {
  let waiting: DueTry[] = [];
  for (let now = start; ;) {
    const due = [
      ...waiting.filter((one) => one.due <= now),
      ...book.plan.settle().ready.map((instance) => ({ instance, tryNumber: 1, due: now })),
    ];
    waiting = waiting.filter((one) => one.due > now);
    if (due.length === 0 && waiting.length === 0) return;
    for (const one of due) {
      const again = await runTry(book, context, standIns, one, now);
      if (again !== undefined) waiting.push(again);
    }
    if (due.length === 0) now = waiting.reduce((soonest, one) => Math.min(soonest, one.due), Number.POSITIVE_INFINITY);
  }
}

/** Runs one try; gives the next one, where there is to be one. */
async function runTry(
  { plan, task: taskOf, record: recordOf, inputsOf }: RunBook,
  run: RunContext,
  standIns: NonNullable<DagTestOptions['tasks']>,
  { instance, tryNumber }: DueTry,
  now: number,
): Promise<DueTry | undefined> {
  const { taskId, mapIndex } = instance;
  const task = taskOf(taskId);
  const record = recordOf(instance);
  const end = (state: TaskState, error: TryRecord['error']): void => {
    record.tries.push({ tryNumber, start: now, end: now, state, error });
    record.error = error;
  };
  plan.record(instance, 'running');
  try {
    const context: TaskContext = { ...run, taskId, mapIndex, tryNumber, startDate: new Date(now) };
    record.value = asKept(await resultOf(task, standIns[taskId], inputsOf(instance), context));
  } catch (thrown) {
    if (needsWorker(thrown)) {
      throw new Error(
        `task ${taskId} of DAG ${run.dagId} calls an activity or waits, which takes a worker: give tasks.${taskId} to stand in for it`,
        { cause: thrown },
      );
    }
    const { error, skipped, final } = diagnose(thrown);
    const spent = final || tryNumber > task.retries;
    const delay = skipped || spent ? null : retryDelayAfter(task, tryNumber, error, () => undefined);
    if (delay === null) {
      end(skipped ? 'skipped' : 'failed', skipped ? null : error);
      plan.record(instance, skipped ? 'skipped' : 'failed');
      return undefined;
    }
    end('up_for_retry', error);
    plan.record(instance, 'up_for_retry');
    return { instance, tryNumber: tryNumber + 1, due: now + Math.max(delay, 1) };
  }
  end('success', null);
  plan.record(instance, 'success', choiceOf(task, record.value));
  return undefined;
}

function resultOf(
  task: TaskDefinition,
  standIn: StandIn['stand'] | undefined,
  inputs: Readonly<Record<string, unknown>>,
  context: TaskContext,
): unknown {
  const item = task.items?.[context.mapIndex];
  return standIn === undefined ? task.run(item, inputs, context) : standIn(inputs, context, item);
}

/** Temporal's word for what is called outside of a workflow. */
function needsWorker(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'IllegalStateError';
}

/** A result as whoever needs it is given it: what its JSON says. */
function asKept(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
