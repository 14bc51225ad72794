import { handedOnBytes, mostHandedOn } from './handed-on.ts';
import type { RunType } from './definition.ts';

/** A run that asks for its turn, as a controller keeps it. */
export interface Ticket {
  readonly runId: string;
  /** Of this execution of the run: one that is cleared and started again has another. */
  readonly executionId: string;
  readonly runType: RunType;
  /** Epoch milliseconds. */
  readonly logicalDate: number;
}

/** Pauses a DAG, or lets it go on. */
export interface PauseOrder {
  readonly paused: boolean;
  /** Who and why, for people. */
  readonly note: string;
}

/** Of a DAG whose definition says `isPausedUponCreation`, when it is first seen. */
export const pausedUponCreation: PauseOrder = { paused: true, note: 'isPausedUponCreation' };

/** Name of the memo of a controller that says whether its DAG is paused: a {@link KeptPause}. */
export const pauseMemo = 'tradewindPause';

/** What a controller's memo keeps of a pause, so that also another one, after it was terminated, knows it. */
export interface KeptPause extends PauseOrder {
  /** Since when it is paused, epoch milliseconds; left out while it is not. */
  readonly since?: number;
}

/** When a DAG whose runs follow each other without a pause (`continuous`) runs. Epoch milliseconds, inclusive; `null`: no bound. */
export interface EndlessOrder {
  readonly from: number | null;
  readonly until: number | null;
}

/** Name of the memo of a controller whose DAG runs without a pause: an {@link EndlessOrder}, or `null` when it does no more. */
export const endlessMemo = 'tradewindEndless';

/** Where a DAG is that runs without a pause. */
export interface EndlessState extends EndlessOrder {
  /** What the newest of these runs is about; `null` before the first. */
  readonly last: { readonly start: number; readonly end: number } | null;
  /** The one that has not ended. */
  readonly running: Pick<Ticket, 'runId' | 'executionId'> | null;
}

/** What a controller knows, and hands on to itself when its history has grown long. All but the DAG's id may be left out. */
export interface ControllerStart {
  readonly dagId: string;
  readonly paused?: boolean;
  /** Who paused it or let it go on, and why, for people. */
  readonly note?: string;
  /** Since when it is paused, epoch milliseconds; left out while it is not. */
  readonly pausedAt?: number;
  readonly maxActiveRuns?: number;
  readonly dependsOnPast?: boolean;
  /** When the run was started by whose word the limits are, epoch milliseconds; 0: nobody knows. */
  readonly limitsFrom?: number;
  /** Left out for a DAG that does not run without a pause. */
  readonly endless?: EndlessState;
  /** Runs that have failed one after the other since the last one that succeeded. */
  readonly failedInARow?: number;
  /** So many of them pause the DAG; 0: none do. */
  readonly maxConsecutiveFailedDagRuns?: number;
  readonly active?: readonly Ticket[];
  readonly queued?: readonly Ticket[];
  /** The one before was ended by somebody: what it told runs in its last moment may not have arrived. */
  readonly revived?: true;
}

/** What a DAG says of its runs, by the word of one of them. */
export interface RunLimits {
  /** When that run was started, epoch milliseconds: the one that was started last knows the newest code. 0, or left out: nobody knows. */
  readonly startedAt?: number;
  readonly maxActiveRuns: number;
  /** 0, or left out: no limit. */
  readonly maxConsecutiveFailedDagRuns?: number;
  /** Whether tasks of a run wait for the run before it. */
  readonly dependsOnPast?: boolean;
}

/** A run that has ended; `state` is left out where nobody knows how. */
export type EndedTicket = Pick<Ticket, 'runId' | 'executionId'> & { readonly state?: 'success' | 'failed' };

/** Runs that wait which a controller keeps; fewer where they are more than {@link mostHandedOn} bytes, since people choose the ids of runs. */
export const mostQueued = 4_000;

/** Who has its turn, and who waits for it. Pure: it has no clock and tells nobody. */
export interface Turns {
  /**
   * Takes a request; the same execution may ask again, and what an older run says of limits counts no more. What comes back are the runs
   * whose turn it is now. Of more than
   * {@link mostQueued} that wait, or than fit in a message, the last are not kept: they have to ask again.
   */
  readonly request: (ticket: Ticket, limits: RunLimits) => readonly Ticket[];
  /** A run has ended, or is not to be found any more and so has failed, whether it had its turn or still waited. */
  readonly ended: (run: EndedTicket) => readonly Ticket[];
  /** How many runs have failed in a row, where the last that ended made it too many; asked once for each end. */
  readonly failedTooOften: () => number | undefined;
  readonly setPaused: (paused: boolean) => readonly Ticket[];
  readonly isActive: (run: Pick<Ticket, 'executionId'>) => boolean;
  /** Runs that come before this one in the queue; `undefined` for one that does not wait. */
  readonly ahead: (run: Pick<Ticket, 'executionId'>) => number | undefined;
  /** Whether somebody waits for another run to end. */
  readonly blocked: () => boolean;
  readonly state: () => Required<Omit<ControllerStart, 'note' | 'pausedAt' | 'endless' | 'revived'>>;
}

/**
 * Airflow's admission: at most `maxActiveRuns` runs of a DAG at a time, the others wait, the oldest logical date first, and
 * nothing begins while the DAG is paused. What has begun goes on. Runs of a backfill do not count: it has a limit of its own.
 *
 * Runs come in any order, and are cleared in any. Where they depend on the past, those that have their turn may all wait for one that has
 * none: one that is older than all of them has its turn beyond the limit.
 */
export function openTurns(start: ControllerStart): Turns {
  let paused = start.paused ?? false;
  let maxActiveRuns = start.maxActiveRuns ?? 16;
  let { failedInARow = 0, maxConsecutiveFailedDagRuns = 0, dependsOnPast = false, limitsFrom = 0 } = start;
  let tooOften = false;
  const active = new Map((start.active ?? []).map((ticket) => [ticket.executionId, ticket]));
  const queued = [...(start.queued ?? [])];
  let counted = [...active.values()].filter(counts).length;
  let bytes = [...active.values(), ...queued].reduce((sum, ticket) => sum + handedOnBytes(ticket), 0);

  function heed({ startedAt = 0, ...limits }: RunLimits): void {
    if (startedAt < limitsFrom) return;
    limitsFrom = startedAt;
    ({ maxActiveRuns, maxConsecutiveFailedDagRuns = 0, dependsOnPast = false } = limits);
  }

  function mayBegin(ticket: Ticket): boolean {
    if (!counts(ticket) || counted < maxActiveRuns) return true;
    if (!dependsOnPast) return false;
    return [...active.values()].every((other) => !counts(other) || other.logicalDate > ticket.logicalDate);
  }

  function admit(): readonly Ticket[] {
    if (paused) return [];
    const admitted: Ticket[] = [];
    for (let at = 0; at < queued.length;) {
      const ticket = queued[at] as Ticket;
      if (!mayBegin(ticket)) {
        // Of runs that count the first comes in, or none; those that do not wait only where the DAG was paused.
        if (!queued.some((other) => !counts(other))) break;
        at++;
        continue;
      }
      queued.splice(at, 1);
      active.set(ticket.executionId, ticket);
      if (counts(ticket)) counted++;
      admitted.push(ticket);
    }
    return admitted;
  }

  /** Whether there was one. */
  function leave(isGone: (ticket: Ticket) => boolean): boolean {
    let left = false;
    for (const [executionId, ticket] of active) {
      if (!isGone(ticket)) continue;
      active.delete(executionId);
      bytes -= handedOnBytes(ticket);
      left = true;
      if (counts(ticket)) counted--;
    }
    const at = queued.findIndex(isGone);
    if (at >= 0) drop(at, 1);
    return left || at >= 0;
  }

  function drop(from: number, count: number): void {
    for (const ticket of queued.splice(from, count)) bytes -= handedOnBytes(ticket);
  }

  return {
    request: (ticket, limits) => {
      heed(limits);
      if (active.has(ticket.executionId) || queued.some(({ executionId }) => executionId === ticket.executionId)) {
        return admit();
      }
      // A workflow id has one open execution: another one of this run is over, though nobody said so.
      leave(({ runId }) => runId === ticket.runId);
      const place = queued.findIndex((other) => other.logicalDate > ticket.logicalDate);
      queued.splice(place < 0 ? queued.length : place, 0, ticket);
      bytes += handedOnBytes(ticket);
      // Before anybody is let in, so that those that have their turn fit, too.
      while (bytes > mostHandedOn && queued.length > 0) drop(queued.length - 1, 1);
      const admitted = admit();
      drop(mostQueued, queued.length);
      return admitted;
    },
    ended: (run) => {
      // Told twice, it has ended once.
      if (!leave(({ executionId }) => executionId === run.executionId)) return admit();
      failedInARow = run.state === 'success' ? 0 : failedInARow + 1;
      tooOften = maxConsecutiveFailedDagRuns > 0 && failedInARow >= maxConsecutiveFailedDagRuns;
      // Whoever is to be paused lets nobody begin before that.
      return tooOften ? [] : admit();
    },
    setPaused: (now) => {
      paused = now;
      return admit();
    },
    failedTooOften: () => {
      const count = tooOften ? failedInARow : undefined;
      tooOften = false;
      return count;
    },
    isActive: ({ executionId }) => active.has(executionId),
    ahead: ({ executionId }) => {
      const at = queued.findIndex((ticket) => ticket.executionId === executionId);
      return at < 0 ? undefined : at;
    },
    blocked: () => !paused && queued.length > 0,
    state: () => ({
      dagId: start.dagId,
      paused,
      maxActiveRuns,
      dependsOnPast,
      limitsFrom,
      failedInARow,
      maxConsecutiveFailedDagRuns,
      active: [...active.values()],
      queued: [...queued],
    }),
  };
}

function counts({ runType }: Ticket): boolean {
  return runType !== 'backfill';
}
