import type { TaskDefinition } from '../../dag/definition.ts';
import type { TaskState } from '../../dag/states.ts';
import type { Deadlines, TaskHost, Waiting } from './current-task.ts';
import type { TaskRecord, TaskWait } from './task-record.ts';
import type { TryScope } from './try-scope.ts';

/** What the waits of a try are told of and tell. */
interface WaitingTry {
  readonly task: TaskDefinition;
  readonly record: TaskRecord;
  readonly tryNumber: number;
  /** Start of the task's first try, epoch milliseconds. */
  readonly since: number;
  readonly clock: TryScope['clock'];
  readonly deadlines: Deadlines;
  readonly onState: (state: TaskState) => void;
  /** Takes the try's slots of pools again; absent for a task that needs none. */
  readonly regain: ((onTaken: () => void) => void) | undefined;
  readonly host: Pick<TaskHost, 'cancelled' | 'patched'>;
}

/**
 * Keeps what a try waits for: it is in the state of the newest of its waits, and runs when there is none. As in Airflow the
 * executionTimeout goes on while a task is deferred; it stands still while a sensor waits for its next poke, or a person's
 * answer is awaited, and then until the try has its slots of pools back.
 */
export function openWaiting({
  task,
  record,
  tryNumber,
  since,
  clock,
  deadlines,
  onState,
  regain,
  host,
}: WaitingTry): Waiting {
  const waits: TaskWait[] = [];
  let stopped = false;

  /** In the line for its slots the clock stays as the wait before left it: Airflow's, too, goes on through a deferral alone. */
  function stops(idle: TaskState): boolean {
    const isTimed = task.executionTimeout !== null;
    if (idle === 'queued' && stopped && isTimed && host.patched('clocks-stand-in-lines')) return true;
    return waits.some(({ state }) => state !== 'deferred');
  }

  function show(idle: TaskState = 'running'): void {
    const now = record.tries[tryNumber - 1];
    // A wait that nobody waited for ends after its try.
    if (now === undefined || now.end !== null) return;
    const before = stopped;
    stopped = stops(idle);
    if (stopped && !before) clock.stop();
    if (!stopped && before) clock.restart();
    record.wait = waits.at(-1);
    const state = record.wait?.state ?? idle;
    record.tries[tryNumber - 1] = { ...now, state };
    onState(state);
  }

  return {
    since,
    begin: (wait) => {
      waits.push(wait);
      show();
      return () => {
        waits.splice(waits.indexOf(wait), 1);
        if (record.wait === wait) record.wait = undefined;
        if (regain === undefined || waits.length > 0 || record.tries[tryNumber - 1]?.end !== null) {
          show();
          return undefined;
        }
        show('queued');
        return new Promise((resolve, reject) => {
          host.cancelled().catch(reject);
          regain(() => {
            show();
            resolve();
          });
        });
      };
    },
    watch: deadlines.watch,
    executionTimeout: task.executionTimeout,
  };
}
