import type { CurrentTask } from '../workflows/engine/current-task.ts';
import type { TaskStatus } from '../workflows/engine/queries.ts';
import type { RunBook } from '../workflows/engine/run-book.ts';
import type { TestClock } from './test-clock.ts';

/** Drives a run of a test to its end. */
export interface Driver {
  /** Follows an activity that works: time stands still meanwhile. */
  readonly follow: (work: Promise<unknown>) => void;
  /** Follows a try's wait between two attempts. */
  readonly followWait: (task: Pick<CurrentTask, 'label'>, wait: Promise<unknown>) => void;
  /** Ends the test with an error. */
  readonly onDefect: (error: unknown) => void;
  /** Moves the clock until the run has ended. */
  readonly toEnd: <Result>(run: Promise<Result>) => Promise<Result>;
}

/** Moments that a run may have: a week of pokes every second fits. */
const mostMoments = 1_000_000;

/** Milliseconds, real ones, that a task may work on what the test does not see. */
const patience = 5_000;

// Of the process, whatever a test makes of timers afterwards.
const { setImmediate: nextTurn, setTimeout: later } = globalThis;

/** Makes the driver of a run. */
export function driver(book: RunBook, clock: TestClock, dagId: string): Driver {
  let working = 0;
  const waiting = new Map<string, number>();
  let defect: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;

  /** Tasks whose code works, and waits for nothing that the clock, or somebody, brings. */
  function atWork(): readonly string[] {
    return book.instances
      .filter(({ state }) => state() === 'running')
      .map(({ status }) => status().label)
      .filter((label) => (waiting.get(label) ?? 0) === 0);
  }

  async function toEnd<Result>(run: Promise<Result>): Promise<Result> {
    let ended = false;
    const end = (): void => {
      ended = true;
      wake();
    };
    run.then(end, end);
    let idleSince: number | undefined;
    for (let moments = 0; ;) {
      await new Promise<void>((resolve) => nextTurn(resolve));
      if (defect !== undefined) throw defect.error;
      if (ended) return run;
      if (working > 0) {
        // An activity of the test's that works takes the time that it takes.
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const busy = atWork();
      if (busy.length > 0) {
        idleSince ??= performance.now();
        if (performance.now() - idleSince > patience) throw new Error(whatIsUnseen(busy));
        await new Promise<void>((resolve) => later(resolve, 1));
        continue;
      }
      idleSince = undefined;
      if (++moments > mostMoments) {
        throw new Error(
          `the run of ${dagId} has not ended after ${mostMoments} moments of it: something waits for ever`,
        );
      }
      if (!clock.advance()) throw new Error(whatWaits());
    }
  }

  function whatWaits(): string {
    const waits = book
      .statuses()
      .filter(({ wait }) => wait !== undefined)
      .map(tellWait);
    return `the run of ${dagId} waits for what the test does not bring: ${waits.join('; ')}`;
  }

  function whatIsUnseen(labels: readonly string[]): string {
    return `task ${labels.join(', ')} of DAG ${dagId} works on what a test cannot see: call activities and operators in its run, and nothing else that takes time`;
  }

  return {
    follow: (work) => {
      working++;
      const ended = (): void => {
        working--;
        wake();
      };
      work.then(ended, ended);
    },
    followWait: ({ label }, wait) => {
      waiting.set(label, (waiting.get(label) ?? 0) + 1);
      const ended = (): void => void waiting.set(label, (waiting.get(label) ?? 0) - 1);
      wait.then(ended, ended);
    },
    onDefect: (error) => {
      defect ??= { error };
      wake();
    },
    toEnd,
  };
}

function tellWait({ taskId, label, wait }: TaskStatus): string {
  const { question, what = '' } = wait ?? {};
  return question === undefined
    ? `${label} waits ${what} (give it in signals)`
    : `${label} waits for an answer: ${what} (give answers.${taskId})`;
}
