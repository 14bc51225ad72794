import { choiceOf } from '../../dag/choice.ts';
import type { DagDefinition, RunContext, TaskDefinition } from '../../dag/definition.ts';
import { durationText } from '../../dag/duration.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { isFinished, type RunState } from '../../dag/states.ts';
import type { CallbackDesk } from './callbacks.ts';
import type { TaskHost } from './current-task.ts';
import { dueOf, isDue } from './due-instances.ts';
import { failureTypes } from './failures.ts';
import { openParts } from './map-parts.ts';
import type { TaskBook } from './run-book.ts';
import type { Ending, TasksEnd } from './run-end.ts';
import { slotsOf } from './past-gate.ts';
import { openStops, type Stops } from './stops.ts';
import type { TaskSlots } from './task-slots.ts';
import { tryTask } from './tries.ts';

/** A run whose tasks are to run. */
export interface RunningRun {
  readonly definition: DagDefinition;
  readonly book: TaskBook;
  readonly context: RunContext;
  readonly host: TaskHost;
  readonly callbacks: CallbackDesk;
  /** Told that states have changed. */
  readonly onChange: () => void;
  /** Of a run that was started again: brings the results that tasks which are to run may be given; `undefined` when they are here. */
  readonly supply?: () => Promise<void> | undefined;
}

/** The tasks of a run. */
export interface RunTasks {
  /** Runs them as the plan says until none is left. */
  readonly run: () => Promise<TasksEnd>;
  /** Skips what has not begun. */
  readonly abandon: () => void;
  /** Ends the run as failed: what has begun fails, the rest is skipped, teardowns still run. */
  readonly fail: (message: string, type: Ending['type']) => void;
  /** From now on nothing is to be edited. */
  readonly close: () => void;
  /** Why nothing of the run may be edited now; `undefined` when it may. */
  readonly closed: () => string | undefined;
  readonly state: () => Extract<RunState, 'queued' | 'running'>;
  readonly stops: Stops;
  readonly slots: TaskSlots;
  /** Told that something was put by hand: what follows from that begins, outside of whoever put it. */
  readonly changed: () => void;
  /** Sets who is told of instances that were interrupted, and do nothing any more. */
  readonly onInterrupted: (listener: (instances: readonly TaskInstance[]) => void) => void;
  /** Whether nothing of the run is left to do, also where it has not begun. */
  readonly isThrough: () => boolean;
}

/** Makes the tasks of a run ready to run, in the caller's scope. */
export function openTasks({ definition, book, context, host, callbacks, onChange, supply }: RunningRun): RunTasks {
  const { plan } = book;
  const atHome = host.home();
  let open = 0;
  let stage: 'waits' | 'runs' | 'is over' = 'waits';
  /** Edits whose results are still to come. */
  let held = 0;
  let interrupted: (instances: readonly TaskInstance[]) => void = () => undefined;
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
  const slots = slotsOf(definition, context, {
    host,
    book,
    onChange,
    onPassed: () => void atHome(advance).then(undefined, onDefect),
    onDefect: (error) => onDefect(error),
    atHome,
  });

  /** What is ready starts in the same workflow task in which its last need completed: nothing is awaited in between. */
  function advance(): void {
    if (stage !== 'runs' || held > 0) return;
    again = true;
    // A task may end while it is being begun; the loop, not the stack, holds what follows from that.
    if (advancing) return;
    advancing = true;
    while (again) {
      again = false;
      const { ready, ended } = plan.settle();
      for (const instance of ended) slots.follow(instance, instance.state);
      for (const instance of ready) if (slots.passes(instance)) letIn(instance);
      for (const instance of slots.passed()) letIn(instance);
      slots.admit();
      parts.begin();
    }
    advancing = false;
    onChange();
    if (open > 0 || slots.isWaiting()) return;
    stage = 'is over';
    finish();
  }

  function letIn(instance: TaskInstance): void {
    // What began before it in the loop may have ended the run.
    if (!isDue(plan, instance) && host.patched('ended-runs-leave-lines')) return;
    if (parts.take(instance)) return;
    if (!slots.ask(instance, () => begin(instance))) plan.record(instance, 'queued');
  }

  function changed(): void {
    if (cancelled || ending !== undefined) abandon();
    const act = (): void => {
      const coming = supply?.();
      if (coming === undefined) {
        advance();
        return;
      }
      held++;
      coming.then(() => {
        held--;
        advance();
      }, onDefect);
    };
    atHome(act).then(undefined, onDefect);
  }

  function begin(instance: TaskInstance): void {
    // While it waited to be begun, in a line or behind others in this loop, it may have been skipped.
    if (!isDue(plan, instance)) return;
    const task = book.task(instance.taskId);
    if (cancelled || isOver(task)) {
      giveUp(instance);
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
      onInterrupted: () => {
        open--;
        interrupted([instance]);
      },
      whenFree: (next) => {
        if (!slots.ask(instance, next)) advance();
      },
      regain: slots.regain(instance),
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
    giveUp,
    onSkip: advance,
    onInterrupted: (instances) => interrupted(instances),
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
    abandon();
    stops.stop(why, (task) => !isOver(task));
    leaveLines();
    slots.open();
    advance();
  }

  /** What waits to begin, and will not: it may be for a pool that never lets it, which nobody has to wait for. */
  function leaveLines(): void {
    const due = definition.tasks.filter(isOver).flatMap(({ id }) => dueOf(plan, id));
    // Without tries that have just been ended while they waited to have their slots back.
    const waiting = due.filter((one) => book.record(one).tries.at(-1)?.end !== null);
    if (waiting.length === 0 || !host.patched('ended-runs-leave-lines')) return;
    for (const instance of waiting) giveUp(instance);
  }

  function abandon(): void {
    const spares = ({ isTeardown = false }): boolean =>
      ending !== undefined && !cancelled && !isOver(isTeardown ? { kind: 'teardown' } : {});
    for (const instance of plan.abandon(spares)) {
      book.record(instance).abandoned = true;
      slots.follow(instance, 'skipped');
    }
  }

  function giveUp(instance: TaskInstance): void {
    plan.record(instance, 'skipped');
    slots.follow(instance, 'skipped');
    book.record(instance).abandoned = true;
  }

  function closed(): string | undefined {
    const { runId } = context;
    if (stage === 'is over') return `run ${runId} is just ending: ask again when it is over`;
    if (cancelled) return `run ${runId} is being cancelled: ask again when it is over`;
    return ending && `run ${runId} is being ended (${ending.message}): ask again when it is over`;
  }

  async function run(): Promise<TasksEnd> {
    const { dagrunTimeout } = definition;
    if (dagrunTimeout !== undefined) {
      deadlines.watch(dagrunTimeout, () => {
        const message = `the run took longer than its dagrunTimeout of ${durationText(dagrunTimeout)}`;
        stop({ type: failureTypes.runTimeout, message });
      });
    }
    host.cancelled().catch(() => {
      cancelled = true;
      abandon();
      slots.unlimit();
      slots.open();
      // Where all that was left waited for pools, or for the run before, nobody else ends the run.
      if (open === 0) advance();
    });
    stage = 'runs';
    advance();
    await finished;
    const settling = slots.settled();
    if (settling !== undefined) await settling;
    return { cancelled, ending };
  }

  return {
    run,
    abandon,
    fail: (message, type) => stop({ type, message }),
    close: () => {
      stage = 'is over';
    },
    closed,
    state: () => (stage === 'waits' ? 'queued' : 'running'),
    stops,
    slots,
    changed,
    onInterrupted: (listener) => {
      interrupted = listener;
    },
    isThrough: () => plan.runState() !== 'running' || ending !== undefined,
  };
}

function logFailure(host: TaskHost, book: TaskBook, instance: TaskInstance): void {
  // By its record, since the plan of a part counts its indexes from 0.
  const { taskId: task, mapIndex, tries, error } = book.record(instance);
  const { type, message } = error ?? {};
  host.warn('task failed', { task, mapIndex, try: tries.length, type, error: message });
}
