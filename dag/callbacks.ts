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

/** A task's callbacks, `undefined` where it has none. What is wrong is told to `say`, which throws. */
export function taskCallbacks(options: TaskCallbackOptions, say: (text: string) => never): TaskCallbacks | undefined {
  return byEvent<TaskEventName, TaskEvent>(
    {
      execute: ['onExecuteCallback', options.onExecuteCallback],
      success: ['onSuccessCallback', options.onSuccessCallback],
      failure: ['onFailureCallback', options.onFailureCallback],
      retry: ['onRetryCallback', options.onRetryCallback],
      skipped: ['onSkippedCallback', options.onSkippedCallback],
    },
    say,
  );
}

/** A run's callbacks, `undefined` where it has none. What is wrong is told to `say`, which throws. */
export function runCallbacks(options: RunCallbackOptions, say: (text: string) => never): RunCallbacks | undefined {
  return byEvent<RunEvent['event'], RunEvent>(
    {
      run_success: ['onSuccessCallback', options.onSuccessCallback],
      run_failure: ['onFailureCallback', options.onFailureCallback],
    },
    say,
  );
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

function byEvent<Name extends string, Event>(
  given: Readonly<Record<Name, readonly [string, Callbacks<Event> | undefined]>>,
  say: (text: string) => never,
): Readonly<Partial<Record<Name, readonly Callback<Event>[]>>> | undefined {
  const found: Partial<Record<Name, readonly Callback<Event>[]>> = {};
  for (const event of Object.keys(given) as Name[]) {
    const [option, callbacks] = given[event];
    if (callbacks === undefined) continue;
    const all = callbackList<Event>(option, callbacks, say);
    if (all.length > 0) found[event] = all;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}
