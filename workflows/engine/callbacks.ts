import { runCallbackOptions, taskCallbackOptions } from '../../dag/callbacks.ts';
import type {
  Callback,
  DagDefinition,
  DeadlineDefinition,
  RunContext,
  RunEvent,
  TaskDefinition,
  TaskEventName,
} from '../../dag/definition.ts';
import { deadlineAt } from '../../dag/deadline.ts';
import { durationText } from '../../dag/duration.ts';
import type { TaskError } from '../../dag/outcome.ts';
import type { RunState } from '../../dag/states.ts';
import {
  taskLabel,
  type CurrentTask,
  type HostScope,
  type TaskHost,
  type TryWork,
  type Deadlines,
} from './current-task.ts';
import { diagnose } from './failures.ts';
import { instantText } from './search-attributes.ts';
import type { TaskRecord } from './task-record.ts';

/** Milliseconds that a callback may take: so long, at most, a run waits for its callbacks when its tasks have ended. */
const longestCallback = 5 * 60_000;

/** Callbacks' troubles that a run keeps at most; the log has them all. */
const mostTroubles = 50;

/** A callback that failed, or a notification of it that did not arrive. */
export interface CallbackTrouble {
  /** Airflow's name of it: `onFailureCallback`. */
  readonly callback: string;
  /** For people: the task that it was told of; `null`: the run. */
  readonly label: string | null;
  readonly tryNumber: number;
  readonly error: TaskError;
}

/** Calls the callbacks of a run and its tasks, and tells of the assets that they have made, beside them. */
export interface CallbackDesk {
  /** Tells what happened to a task's newest try, where somebody wants to know. */
  readonly tellTask: (task: TaskDefinition, record: TaskRecord, event: TaskEventName) => void;
  /**
   * Tells of each deadline of the DAG that passes before the run has ended; `state` is asked then. `durations`: see dag/deadline.ts.
   * A run that is started again has told of those that are past.
   */
  readonly watchDeadlines: (state: () => RunState, durations: readonly number[], isRerun?: boolean) => void;
  /** Tells how the run ended, where somebody wants to know, and ends when no callback runs any more. */
  readonly endRun: (state: RunEvent['state'], error: TaskError | null) => Promise<void>;
  /** What went wrong in callbacks, first one first. */
  readonly troubles: () => readonly CallbackTrouble[];
}

/** Where a callback is called from: for logs, activities and people. */
type Place = Pick<CurrentTask, 'taskId' | 'mapIndex' | 'tryNumber'> & Pick<CallbackTrouble, 'label' | 'callback'>;

const optionOf = { ...taskCallbackOptions, ...runCallbackOptions, deadline: 'deadline' } as const;

/**
 * Opens the desk of a run's callbacks. They run in scopes of their own, which the cancellation of the run does not reach: that it
 * was cancelled is what they have to tell. `queuedAt` is when the run was made.
 */
export function openCallbacks(
  definition: DagDefinition,
  run: RunContext,
  host: TaskHost,
  queuedAt: Date,
): CallbackDesk {
  const troubles: CallbackTrouble[] = [];
  let home: { readonly scope: HostScope; readonly deadlines: Deadlines } | undefined;
  const releases: (() => void)[] = [];
  let running = 0;
  let onIdle: (() => void) | undefined;
  /** What should never happen: it is thrown where the run waits for its callbacks. */
  let defect: { readonly error: unknown } | undefined;
  const onDefect = (error: unknown): void => {
    defect ??= { error };
    onIdle?.();
  };

  /** Made with the first callback, since most runs have none. */
  function openHome(): NonNullable<typeof home> {
    if (home !== undefined) return home;
    const scope = host.openShield();
    let deadlines: Deadlines | undefined;
    scope
      .run(async () => void (deadlines = host.watchDeadlines(onDefect, 'nearest deadline of the run or its callbacks')))
      .then(undefined, onDefect);
    if (deadlines === undefined) throw new Error('a scope did not begin at once');
    home = { scope, deadlines };
    return home;
  }

  function note({ callback, label, tryNumber }: Place, thrown: unknown): void {
    const { error } = diagnose(thrown);
    host.warn('a callback failed; its task and its run go on without it', { callback, of: label, ...error });
    if (troubles.length < mostTroubles) troubles.push({ callback, label, tryNumber, error });
  }

  function call<Event>(callback: Callback<Event>, event: Event, place: Place): void {
    const { deadlines, scope: parent } = openHome();
    const scope = parent.openScope();
    const work: TryWork = { activities: 0, timers: 0, onIdle: undefined };
    const { taskId, mapIndex, tryNumber, callback: name } = place;
    const task: CurrentTask = {
      taskId,
      mapIndex,
      tryNumber,
      label: place.label === null ? name : `${place.label} ${name}`,
      work,
      run,
      host,
      // A callback waits beside its task, whose state is not its own.
      waiting: { since: host.now(), begin: () => () => undefined, watch: deadlines.watch, executionTimeout: null },
      onTrouble: (error) => note(place, error),
    };
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      release();
      if (work.timers > 0) scope.cancel();
      if (--running === 0) onIdle?.();
    };
    // What a callback began and did not wait for is waited for here: who forgets an `await` wants the message all the same.
    const endWhenIdle = (): void => {
      if (work.activities === 0) end();
      else new Promise<void>((idle) => (work.onIdle = idle)).then(end).then(undefined, onDefect);
    };
    const fail = (thrown: unknown): void => {
      if (!ended) note(place, thrown);
      endWhenIdle();
    };
    running++;
    const release = deadlines.watch(longestCallback, () => {
      note(
        place,
        new Error(`took longer than ${durationText(longestCallback)}, which is all that a callback may take`),
      );
      scope.cancel();
      end();
    });
    scope
      .run(async () => host.within(task, () => callback(event)))
      .then(endWhenIdle, fail)
      .then(undefined, onDefect);
  }

  function tellDeadline({ callbacks, reference, interval }: DeadlineDefinition, deadline: Date, state: RunState): void {
    const of = typeof reference === 'number' ? 'fixed' : typeof reference === 'object' ? 'averageRuntime' : reference;
    const length = durationText(Math.abs(interval));
    const message = `the run has not ended by ${instantText(deadline)}, its deadline (${of} ${interval < 0 ? '-' : '+'} ${length})`;
    host.warn('a deadline was missed', { deadline: instantText(deadline), reference: of, state });
    const error = { type: 'DeadlineMissed', message };
    const callback = optionOf.deadline;
    const place: Place = { taskId: callback, mapIndex: -1, tryNumber: 1, label: null, callback };
    for (const one of callbacks) call(one, { ...run, event: 'deadline', state, error, deadline }, place);
  }

  /** Beside the task, as a callback is called, but for as long as it takes: others wait for it. */
  function tellAssets(outlets: readonly string[], { taskId, mapIndex, mapLabel, tries }: TaskRecord): void {
    const { scope } = openHome();
    const tryNumber = tries.length;
    const { dagId, runId, partitionKey } = run;
    const where = { dagId, runId, taskId, mapIndex, ...(partitionKey !== undefined && { partitionKey }) };
    const about = { ...where, timestamp: host.now(), tryNumber };
    const label = taskLabel(taskId, mapLabel);
    const fail = (thrown: unknown): void => {
      note({ taskId, mapIndex, tryNumber, label, callback: 'outlets' }, thrown);
    };
    running++;
    scope
      .run(() => host.tellAssets(outlets.map((asset) => ({ ...about, asset }))))
      .catch(fail)
      .then(() => {
        if (--running === 0) onIdle?.();
      })
      .then(undefined, onDefect);
  }

  return {
    tellTask: ({ callbacks, outlets }, record, event) => {
      if (event === 'success' && outlets !== undefined) tellAssets(outlets, record);
      const wanted = callbacks?.[event];
      if (wanted === undefined) return;
      const { taskId, mapIndex } = record;
      const label = taskLabel(taskId, record.mapLabel);
      const last = record.tries.at(-1);
      if (last === undefined) return;
      const { tryNumber, state, error, start, end } = last;
      const place: Place = { taskId, mapIndex, tryNumber, label, callback: optionOf[event] };
      const told = { event, taskId, mapIndex, label, tryNumber, state, error };
      const dates = { startDate: new Date(start), endDate: end === null ? null : new Date(end) };
      for (const callback of wanted) call(callback, { ...run, ...told, ...dates }, place);
    },
    watchDeadlines: (state, durations, isRerun) => {
      for (const deadline of definition.deadlines ?? []) {
        const at = deadlineAt(deadline, { queuedAt, logicalDate: run.logicalDate, durations });
        if (at === null) continue;
        const left = at - host.now();
        if (left <= 0) {
          if (!isRerun) tellDeadline(deadline, new Date(at), state());
        } else releases.push(openHome().deadlines.watch(left, () => tellDeadline(deadline, new Date(at), state())));
      }
    },
    endRun: async (state, error) => {
      for (const release of releases) release();
      const event = state === 'success' ? 'run_success' : 'run_failure';
      const callback = optionOf[event];
      const place: Place = { taskId: callback, mapIndex: -1, tryNumber: 1, label: null, callback };
      const dates = { startDate: queuedAt, endDate: new Date(host.now()) };
      for (const one of definition.callbacks?.[event] ?? [])
        call(one, { ...run, event, state, error, ...dates }, place);
      if (running > 0 && defect === undefined) await new Promise<void>((resolve) => (onIdle = resolve));
      if (defect !== undefined) throw defect.error;
    },
    troubles: () => troubles,
  };
}
