import { condition, isCancellation, log } from '@temporalio/workflow';
import type { RunExecution } from '../../activities/temporal/port.ts';
import { continuousRules } from '../../dag/timetables/continuous.ts';
import { runAtEnd } from '../../dag/timetables/timing.ts';
import type { EndlessOrder, EndlessState } from '../../dag/turns.ts';
import { controllerActivities } from './run-watch.ts';

/** The runs of a DAG that follow each other without a pause (Airflow's `@continuous`). */
export interface EndlessRuns {
  readonly set: (order: EndlessOrder | null) => void;
  readonly ended: (executionId: string) => void;
  readonly running: () => RunExecution | null;
  /** Whether one is being started: what comes of it is not known yet. */
  readonly isStarting: () => boolean;
  readonly state: () => EndlessState | undefined;
  /** Starts one after the other, until it is cancelled. */
  readonly goOn: () => Promise<never>;
}

/** Milliseconds between the starts of two runs at least: a run that fails at once must not keep everybody busy. */
const shortest = 1_000;

/** How long a start that cannot be is not tried again. */
const patience = '1 minute';

/** Nothing begins while the DAG is paused. */
export function openEndless(dagId: string, start: EndlessState | undefined, isPaused: () => boolean): EndlessRuns {
  let state = start;
  let starting = false;
  /** Ends of runs that were told while one was being started: it may be that one. */
  const ends = new Set<string>();

  async function goOn(): Promise<never> {
    for (;;) {
      await condition(() => state !== undefined && state.running === null && !isPaused());
      const before = state;
      if (before === undefined) continue;
      const { from, until, last } = before;
      const now = Date.now();
      const restriction = { earliest: from, latest: until, catchup: false };
      const lastRun = last && runAtEnd(last.start, last.end);
      const next = continuousRules.nextRun({ kind: 'continuous' }, lastRun, restriction, now);
      if (next === undefined) {
        state = undefined;
        continue;
      }
      const wait = Math.max(next.runAfter, (last?.end ?? 0) + shortest) - now;
      if (wait > 0) {
        await condition(() => state !== before || isPaused(), wait);
        continue;
      }
      try {
        await begin(next.start, next.end);
      } catch (error) {
        if (isCancellation(error)) throw error;
        log.error('the next run of a DAG that runs without a pause cannot be started', { why: String(error) });
        await condition(() => state !== before, patience);
      }
    }
  }

  async function begin(from: number, end: number): Promise<void> {
    const runId = `${dagId}-${new Date(end).toISOString().replace('.000Z', 'Z')}`;
    starting = true;
    try {
      const started = await controllerActivities.startNext({ dagId, runId, start: from, end });
      const running = ends.has(started.executionId) ? null : started;
      if (state !== undefined) state = { ...state, last: { start: from, end }, running };
    } finally {
      starting = false;
      ends.clear();
    }
  }

  return {
    set: (order) => {
      state = order === null ? undefined : { last: null, running: null, ...state, ...order };
    },
    ended: (executionId) => {
      if (starting) ends.add(executionId);
      if (state?.running?.executionId === executionId) state = { ...state, running: null };
    },
    running: () => state?.running ?? null,
    isStarting: () => starting,
    state: () => state,
    goOn,
  };
}
