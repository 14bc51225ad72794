import type { Callback, RunCallbacks, RunEvent, TaskCallbacks, TaskEvent, TaskEventName } from './definition.ts';

/** One callback, or several that do not wait for each other. */
export type Callbacks<Event> = Callback<Event> | readonly Callback<Event>[];

/** Whom a task tells what happens to it, by Airflow's names; for one task, or for many as `defaultArgs`. */
export interface TaskCallbackOptions {
  /** A try begins. */
  readonly onExecuteCallback?: Callbacks<TaskEvent>;
  readonly onSuccessCallback?: Callbacks<TaskEvent>;
  /** It failed, and there is no further try. */
  readonly onFailureCallback?: Callbacks<TaskEvent>;
  /** A try failed, and there is another. */
  readonly onRetryCallback?: Callbacks<TaskEvent>;
  /** It skipped itself. */
  readonly onSkippedCallback?: Callbacks<TaskEvent>;
}

/** Whom a run tells how it ended. */
export interface RunCallbackOptions {
  /** The run succeeded. */
  readonly onSuccessCallback?: Callbacks<RunEvent>;
  /** The run failed, or was cancelled. */
  readonly onFailureCallback?: Callbacks<RunEvent>;
}

/** By which option a task is given the callback of an event. */
export const taskCallbackOptions = {
  execute: 'onExecuteCallback',
  success: 'onSuccessCallback',
  failure: 'onFailureCallback',
  retry: 'onRetryCallback',
  skipped: 'onSkippedCallback',
} as const satisfies Readonly<Record<TaskEventName, keyof TaskCallbackOptions>>;

/** By which option a DAG is given the callback of an event. */
export const runCallbackOptions = {
  run_success: 'onSuccessCallback',
  run_failure: 'onFailureCallback',
} as const satisfies Readonly<Record<RunEvent['event'], keyof RunCallbackOptions>>;

/** A task's callbacks, `undefined` where it has none. What is wrong is told to `say`, which throws. */
export function taskCallbacks(options: TaskCallbackOptions, say: (text: string) => never): TaskCallbacks | undefined {
  return byEvent<TaskEventName, keyof TaskCallbackOptions, TaskEvent>(taskCallbackOptions, options, say);
}

/** A run's callbacks, `undefined` where it has none. What is wrong is told to `say`, which throws. */
export function runCallbacks(options: RunCallbackOptions, say: (text: string) => never): RunCallbacks | undefined {
  return byEvent<RunEvent['event'], keyof RunCallbackOptions, RunEvent>(runCallbackOptions, options, say);
}

/** One callback or several as a list. `option` names them where one is no function. */
export function callbackList<Event>(
  option: string,
  callbacks: Callbacks<Event>,
  say: (text: string) => never,
): readonly Callback<Event>[] {
  const all: readonly unknown[] = Array.isArray(callbacks) ? callbacks : [callbacks];
  if (all.some((one) => typeof one !== 'function')) {
    say(
      `${option} is no function: give it one, or a list of them, for example (event) => notifySlack({ channel: 'ops', event })`,
    );
  }
  return all as readonly Callback<Event>[];
}

function byEvent<Name extends string, Option extends string, Event>(
  optionOf: Readonly<Record<Name, Option>>,
  given: Readonly<Partial<Record<Option, Callbacks<Event> | undefined>>>,
  say: (text: string) => never,
): Readonly<Partial<Record<Name, readonly Callback<Event>[]>>> | undefined {
  const found: Partial<Record<Name, readonly Callback<Event>[]>> = {};
  for (const event of Object.keys(optionOf) as Name[]) {
    const callbacks = given[optionOf[event]];
    if (callbacks === undefined) continue;
    const all = callbackList<Event>(optionOf[event], callbacks, say);
    if (all.length > 0) found[event] = all;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}
