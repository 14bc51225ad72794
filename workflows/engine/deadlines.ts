import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import { outsideTasks, type Deadlines } from './current-task.ts';

interface Entry {
  readonly at: number;
  readonly onLate: () => void;
}

/**
 * A timer a try would be two events of history and a workflow task's commands each. One timer for the run's nearest limit
 * wakes the run at most once in the length of a limit. `onDefect` is told of what should never happen; `summary` names the timer.
 */
export function watchDeadlines(onDefect: (error: unknown) => void, summary = 'nearest executionTimeout'): Deadlines {
  const entries = new Set<Entry>();
  const home = CancellationScope.current();
  let armed = Number.POSITIVE_INFINITY;

  function arm(): void {
    let nearest = Number.POSITIVE_INFINITY;
    for (const { at } of entries) nearest = Math.min(nearest, at);
    if (nearest >= armed) return;
    armed = nearest;
    const begin = (): void => startTimer(nearest);
    // Asked for by a task's own code, the timer would be of that task's scope, and end with it.
    if (CancellationScope.current() === home) begin();
    else home.run(async () => outsideTasks(begin)).then(undefined, onDefect);
  }

  function startTimer(nearest: number): void {
    sleep(Math.max(nearest - Date.now(), 1), { summary })
      .then(
        () => fire(nearest),
        (error: unknown) => {
          // The run was cancelled: all of its tries are, too.
          if (!isCancellation(error)) throw error;
        },
      )
      .then(undefined, onDefect);
  }

  function fire(at: number): void {
    // A timer that was armed before a nearer one came up finds nothing late, or what the nearer one left.
    if (armed === at) armed = Number.POSITIVE_INFINITY;
    const now = Date.now();
    for (const entry of entries) {
      if (entry.at > now) continue;
      entries.delete(entry);
      entry.onLate();
    }
    arm();
  }

  return {
    watch: (limit, onLate) => {
      const entry = { at: Date.now() + limit, onLate };
      entries.add(entry);
      if (entry.at < armed) arm();
      return () => entries.delete(entry);
    },
  };
}
