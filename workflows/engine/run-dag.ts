import { ApplicationFailure } from '@temporalio/common';
import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { choiceOf } from '../../dag/choice.ts';
import { isMapped, type DagDefinition, type RunContext, type TaskDefinition } from '../../dag/definition.ts';
import { durationText } from '../../dag/duration.ts';
import type { TaskError } from '../../dag/outcome.ts';
import { checkParams } from '../../dag/params.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { runIdentity, type RunIdentity } from '../../dag/run-identity.ts';
import { isFinished, type RunState, type TaskState } from '../../dag/states.ts';
import { openCallbacks, type CallbackDesk } from './callbacks.ts';
import { outsideTasks } from './current-task.ts';
import { watchDeadlines } from './deadlines.ts';
import { detailsOf, troublesText, type DetailsText } from './details.ts';
import { failureTypes } from './failures.ts';
import { graphQuery, resultQuery, statesQuery, triesQuery, type RunStatus, type TaskStatus } from './queries.ts';
import { closeRun, runRecord } from './run-record.ts';
import { openBook, type RunBook } from './run-book.ts';
import { instantText, scheduledStartTime, searchAttributeKeys } from './search-attributes.ts';
import { openStops } from './stops.ts';
import { openSlots } from './task-slots.ts';
import { tryTask } from './tries.ts';
import { queuedText, takeTurn, turnRequest } from './turn.ts';

/** What a run that succeeded gives back, and what one that failed carries in its failure. */
export interface RunResult {
  readonly state: Extract<RunState, 'success' | 'failed'>;
  /** State of every task; of a mapped one, a list in index order. */
  readonly tasks: Readonly<Record<string, TaskState | readonly TaskState[]>>;
}

/** Runs a DAG inside a workflow. Throws when the run's state is failed, or when it was cancelled. */
export async function runDag(definition: DagDefinition, input: unknown): Promise<RunResult> {
  const book = openBook(definition);
  const { startTime, workflowId: runId } = workflowInfo();
  let state: RunState = 'queued';
  const { identity, params, problems } = openRun(definition, input);
  const context: RunContext = { dagId: definition.id, runId, params, ...identity };
  const callbacks = openCallbacks(definition, context);
  const announce = announcer(context);
  // Before anything can fail, since a run that failed is asked, too.
  setHandler(graphQuery, book.graph);
  setHandler(statesQuery, () => withTroubles(book.status(context, state), callbacks));
  setHandler(triesQuery, book.tries);
  setHandler(resultQuery, book.result);

  const details = growingDetails(book, callbacks);
  let start: Date | null = null;
  let end: TasksEnd = { cancelled: false, ending: undefined };
  if (problems === undefined) {
    callbacks.watchDeadlines(() => state);
    const cancelled = await isCancelledWhile(() =>
      takeTurn(turnRequest(context, definition), (queued) => {
        announce('queued');
        setCurrentDetails(queuedText(definition, queued));
      }),
    );
    if (cancelled) {
      book.plan.abandon();
      end = { cancelled, ending: undefined };
    } else {
      start = new Date();
      state = 'running';
      announce(state);
      end = await runTasks(definition, book, context, callbacks, details);
    }
  }
  const error = problems === undefined ? errorOf(book, end) : paramsError(problems);
  state = error === null ? 'success' : 'failed';
  setCurrentDetails(details(state));
  await callbacks.endRun(state, error);
  await closeRun(runRecord({ book, context, input, queuedAt: startTime, start, state, message: error?.message }));
  announce(state);
  setCurrentDetails(details(state));
  const result: RunResult = { state, tasks: statesOf(definition, book) };
  if (error === null) return result;
  if (end.cancelled) throw new CancelledFailure(error.message, [result]);
  throw ApplicationFailure.create({
    type: error.type,
    message: error.message,
    nonRetryable: true,
    details: [problems ?? result],
  });
}

interface Opening {
  readonly identity: RunIdentity;
  readonly params: unknown;
  readonly problems: readonly string[] | undefined;
}

/** Works out what the run is about. */
function openRun(definition: DagDefinition, input: unknown): Opening {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const nominalTime = typedSearchAttributes.get(scheduledStartTime) ?? null;
  const { params, problems } = checkParams(definition, input);
  return { identity: runIdentity(definition, { nominalTime, startTime }), params, problems };
}

/** Tells Temporal's visibility of a run's state, and at first of what the run is about. */
function announcer({ dagId, logicalDate, runType }: RunContext): (state: RunState) => void {
  let told = false;
  return (state) => {
    upsertSearchAttributes([
      ...(told
        ? []
        : [
            { key: searchAttributeKeys.dag, value: dagId },
            { key: searchAttributeKeys.logicalDate, value: instantText(logicalDate) },
            { key: searchAttributeKeys.runType, value: runType },
          ]),
      { key: searchAttributeKeys.runState, value: state },
    ]);
    told = true;
  };
}

/** Whether the run was cancelled before that ended. */
async function isCancelledWhile(wait: () => Promise<void>): Promise<boolean> {
  try {
    await wait();
    return false;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return true;
  }
}

function paramsError(problems: readonly string[]): TaskError {
  return { type: failureTypes.params, message: `the run's params are not right: ${problems.join('; ')}` };
}

/** Why a run whose tasks are through has failed; `null` when it has not. */
function errorOf({ plan, statuses }: RunBook, { cancelled, ending }: TasksEnd): TaskError | null {
  if (cancelled) return { type: 'Cancelled', message: 'the run was cancelled' };
  if (plan.runState() === 'success' && ending === undefined) return null;
  return { type: failureTypes.run, message: whatFailed(statuses(), ending) };
}

/** How a run's tasks came to their end. */
interface TasksEnd {
  readonly cancelled: boolean;
  /** Why they were ended before their time, where they were. */
  readonly ending: Ending | undefined;
}

/** Why a run is ended before its tasks are through: the error of those that have begun. */
interface Ending {
  readonly type: typeof failureTypes.runTimeout | typeof failureTypes.failFast;
  readonly message: string;
}

/** Runs tasks as the plan says until none is left. */
async function runTasks(
  definition: DagDefinition,
  book: RunBook,
  context: RunContext,
  callbacks: CallbackDesk,
  details: DetailsText,
): Promise<TasksEnd> {
  const { plan } = book;
  const slots = openSlots(definition);
  const show = shower(book, details);
  const home = CancellationScope.current();
  let open = 0;
  let cancelled = false;
  let ending: Ending | undefined;
  const stops = openStops();
  const isOver = ({ kind }: Pick<TaskDefinition, 'kind'>): boolean =>
    ending !== undefined && (kind !== 'teardown' || ending.type === failureTypes.runTimeout);
  let advancing = false;
  let again = false;
  let finish: () => void = () => undefined;
  let onDefect: (error: unknown) => void = () => undefined;
  // Not Temporal's Trigger, which gives up when the run is cancelled: tasks that run are waited for then, too.
  const finished = new Promise<void>((resolve, reject) => {
    finish = resolve;
    onDefect = reject;
  });

  const deadlines = watchDeadlines((error) => onDefect(error));

  /** What is ready starts in the same workflow task in which its last need completed: nothing is awaited in between. */
  function advance(): void {
    again = true;
    // A task may end while it is being begun; the loop, not the stack, holds what follows from that.
    if (advancing) return;
    advancing = true;
    while (again) {
      again = false;
      const { ready, ended } = plan.settle();
      for (const instance of ended) slots.follow(instance, instance.state);
      for (const instance of ready) {
        if (!slots.ask(instance, () => begin(instance))) plan.record(instance, 'queued');
      }
      slots.admit();
    }
    advancing = false;
    show();
    if (open === 0) finish();
  }

  function begin(instance: TaskInstance): void {
    // While it waited to be begun, in a line or behind others in this loop, it may have been skipped.
    const before = plan.states(instance.taskId)[Math.max(instance.mapIndex, 0)];
    if (before !== 'scheduled' && before !== 'queued') return;
    const task = book.task(instance.taskId);
    if (cancelled || isOver(task)) {
      plan.record(instance, 'skipped');
      advance();
      return;
    }
    open++;
    tryTask({
      task,
      record: book.record(instance),
      inputs: book.inputsOf(instance),
      context,
      deadlines,
      callbacks,
      stops,
      onState: (state) => {
        plan.record(instance, state, state === 'success' ? choiceOf(task, book.record(instance).value) : undefined);
        slots.follow(instance, state);
        if (!isFinished(state)) {
          if (advancing) return;
          show();
          // A wait that gave its slot away was begun by the task's own code, and what follows is not of that task's scope.
          if (slots.hasRoom()) home.run(async () => outsideTasks(advance)).then(undefined, onDefect);
          return;
        }
        open--;
        if (state === 'failed') logFailure(book, instance);
        if (state === 'failed' && definition.failFast === true && task.kind !== 'teardown' && ending === undefined) {
          stop({ type: failureTypes.failFast, message: `task ${task.id} failed, and the DAG fails fast` });
        }
        advance();
      },
      whenFree: (next) => {
        if (!slots.ask(instance, next)) advance();
      },
      onDefect,
      isCancelled: () => cancelled || isOver(task),
    });
  }

  /** What has begun fails, the rest is skipped; teardowns still run, unless the time is up. */
  function stop(why: Ending): void {
    ending = why;
    plan.abandon(({ isTeardown = false }) => !isOver(isTeardown ? { kind: 'teardown' } : {}));
    stops.stop(why, (task) => !isOver(task));
    advance();
  }

  const { dagrunTimeout } = definition;
  if (dagrunTimeout !== undefined) {
    deadlines.watch(dagrunTimeout, () => {
      const message = `the run took longer than its dagrunTimeout of ${durationText(dagrunTimeout)}`;
      stop({ type: failureTypes.runTimeout, message });
    });
  }
  home.cancelRequested.catch(() => {
    cancelled = true;
    plan.abandon();
    slots.unlimit();
  });
  advance();
  await finished;
  return { cancelled, ending };
}

function logFailure(book: RunBook, instance: TaskInstance): void {
  const { tries, error } = book.record(instance);
  log.warn('task failed', {
    task: instance.taskId,
    mapIndex: instance.mapIndex,
    try: tries.length,
    type: error?.type,
    error: error?.message,
  });
}

/** Where a run is, and what went wrong in its callbacks, where something did. */
function withTroubles(status: RunStatus, { troubles }: CallbackDesk): RunStatus {
  return troubles().length === 0 ? status : { ...status, callbackTroubles: troubles() };
}

/** A task that is mapped over a result has its rows when the result is there. */
function growingDetails({ instances }: RunBook, callbacks: CallbackDesk): DetailsText {
  let rows = instances.length;
  let details = detailsOf(instances);
  return (state) => {
    if (instances.length !== rows) {
      rows = instances.length;
      details = detailsOf(instances);
    }
    return details(state) + troublesText(callbacks.troubles());
  };
}

/** Keeps the run's page in the Temporal UI current; the more rows, the less often, so that the cost stays linear. */
function shower({ instances }: RunBook, details: DetailsText): () => void {
  let changes = 0;
  return () => {
    if (changes++ % Math.ceil(instances.length / 50) === 0) setCurrentDetails(details('running'));
  };
}

function statesOf(definition: DagDefinition, { plan }: RunBook): RunResult['tasks'] {
  return Object.fromEntries(
    definition.tasks.map((task) => {
      const states = plan.states(task.id);
      return [task.id, isMapped(task) ? [...states] : (states[0] ?? 'none')];
    }),
  );
}

function whatFailed(statuses: readonly TaskStatus[], ending: Ending | undefined): string {
  const failed = statuses.filter(({ state }) => state === 'failed');
  const told = failed.slice(0, 5).map(({ label, error }) => `${label} (${error?.message ?? 'unknown'})`);
  const more = failed.length > told.length ? [`and ${failed.length - told.length} more`] : [];
  const which = failed.length === 0 ? [] : [`failed: ${[...told, ...more].join('; ')}`];
  return [...(ending === undefined ? [] : [ending.message]), ...which].join('; ');
}
