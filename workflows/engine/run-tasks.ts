import { choiceOf } from '../../dag/choice.ts';
import type { DagDefinition, RunContext, TaskDefinition } from '../../dag/definition.ts';
import { durationText } from '../../dag/duration.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { isFinished } from '../../dag/states.ts';
import type { CallbackDesk } from './callbacks.ts';
import type { TaskHost } from './current-task.ts';
import { failureTypes } from './failures.ts';
import { openParts } from './map-parts.ts';
import type { TaskBook } from './run-book.ts';
import { openStops } from './stops.ts';
import { openSlots } from './task-slots.ts';
import { tryTask } from './tries.ts';

/** How a run's tasks came to their end. */
export interface TasksEnd {
  readonly cancelled: boolean;
  /** Why they were ended before their time, where they were. */
  readonly ending: Ending | undefined;
}

/** Why a run is ended before its tasks are through: the error of those that have begun. */
export interface Ending {
  readonly type: typeof failureTypes.runTimeout | typeof failureTypes.failFast;
  readonly message: string;
}

/** A run whose tasks are to run. */
export interface RunningRun {
  readonly definition: DagDefinition;
  readonly book: TaskBook;
  readonly context: RunContext;
  readonly host: TaskHost;
  readonly callbacks: CallbackDesk;
  /** Told that states have changed. */
  readonly onChange: () => void;
}

/** Runs tasks as the plan says until none is left. */
export async function runTasks({
  definition,
  book,
  context,
  host,
  callbacks,
  onChange,
}: RunningRun): Promise<TasksEnd> {
  const { plan } = book;
  const slots = openSlots(definition);
  const atHome = host.home();
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

  const deadlines = host.watchDeadlines((error) => onDefect(error));

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
        if (parts.take(instance)) continue;
        if (!slots.ask(instance, () => begin(instance))) plan.record(instance, 'queued');
      }
      slots.admit();
      parts.begin();
    }
    advancing = false;
    onChange();
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
      host,
      deadlines,
      callbacks,
      stops,
      onState: (state) => {
        plan.record(instance, state, state === 'success' ? choiceOf(task, book.record(instance).value) : undefined);
        slots.follow(instance, state);
        if (!isFinished(state)) {
          if (advancing) return;
          onChange();
          // A wait that gave its slot away was begun by the task's own code, and what follows is not of that task's scope.
          if (slots.hasRoom()) atHome(advance).then(undefined, onDefect);
          return;
        }
        open--;
        if (state === 'failed') {
          logFailure(host, book, instance);
          failFast(task);
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

  const parts = openParts({
    definition,
    book,
    context,
    host,
    stops,
    isOver: (task) => cancelled || isOver(task),
    onBegin: () => void open++,
    onSkip: advance,
    onEnd: (task, failed) => {
      open--;
      if (failed > 0) {
        host.warn('indexes of a map failed; the log of its part has each of them', { task: task.id, failed });
        failFast(task);
      }
      advance();
    },
    onDefect: (error) => onDefect(error),
  });

  function failFast({ id, kind }: TaskDefinition): void {
    if (definition.failFast !== true || kind === 'teardown' || ending !== undefined) return;
    stop({ type: failureTypes.failFast, message: `task ${id} failed, and the DAG fails fast` });
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
  host.cancelled().catch(() => {
    cancelled = true;
    plan.abandon();
    slots.unlimit();
  });
  advance();
  await finished;
  return { cancelled, ending };
}

function logFailure(host: TaskHost, book: TaskBook, instance: TaskInstance): void {
  const { tries, error } = book.record(instance);
  host.warn('task failed', {
    task: instance.taskId,
    mapIndex: instance.mapIndex,
    try: tries.length,
    type: error?.type,
    error: error?.message,
  });
}
