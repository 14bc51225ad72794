import type { BackfillSlot, SlotEnd } from '../../dag/backfill-run.ts';
import type { AssetEvent } from '../../dag/assets.ts';
import type { KeptInstance } from '../../dag/kept.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import type { PartRecord } from '../../dag/part-record.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import type { BackfillAddress } from '../shared/backfill-plans.ts';
import type { NextRun, RunExecution, PoolRelease, PoolRequest, PoolTurn, Turn, TurnRequest } from '../temporal/port.ts';

/** What the engine itself does outside of a workflow, for every run: on the workers that run workflows. */
export interface ControlActivities {
  /** Asks the DAG's controller for a run's turn. */
  requestTurn(request: TurnRequest): Promise<Turn>;
  /** Milliseconds that the newest runs of a DAG took from their start to their end, the newest logical date first. */
  recentDurations(input: { readonly dagId: string; readonly limit: number }): Promise<readonly number[]>;
  /** Asks a pool for slots. */
  takeSlots(request: PoolRequest): Promise<PoolTurn>;
  /** Asks a pool again for claims that wait. Gives the ids of those that hold their slots now, and of those that it does not keep. */
  askSlotsAgain(
    requests: readonly PoolRequest[],
  ): Promise<{ readonly taken: readonly string[]; readonly dropped: readonly string[] }>;
  /** Gives slots of a pool back, or a claim up. */
  giveSlots(release: PoolRelease): Promise<void>;
  /** Keeps events of assets, and tells their hub. */
  tellAssets(input: { readonly events: readonly AssetEvent[] }): Promise<void>;
  /** Keeps the record of a run that has ended, and tells the DAG's controller. */
  closeRun(record: RunRecord): Promise<void>;
  /** How the newest attempt of a run ended; `null` when none has left a record. */
  endedAttempt(run: Omit<KeptAttempt, 'attempt'>): Promise<EndedAttempt | null>;
  /** What an attempt of a run left, task by task, from a place in its record on; as much as fits in a message. */
  keptTasks(input: KeptAttempt & { readonly from: number }): Promise<KeptPart>;
  /** Results of instances of an attempt, in the order of the instances; as many as fit in a message, and at least one. */
  keptResults(input: KeptAttempt & { readonly instances: readonly TaskInstance[] }): Promise<readonly unknown[]>;
  /** Keeps the record of a part of a long map. Gives its key. */
  keepPart(record: PartRecord): Promise<string>;
  /** Results of a part's indexes from a place on, in their order; `null` where there is none; as many as fit in a message, and at least one. */
  partResults(input: { readonly key: string; readonly from: number }): Promise<readonly unknown[]>;
}

/** An attempt of a run that has left a record. */
export interface KeptAttempt {
  readonly dagId: string;
  readonly runId: string;
  readonly attempt: number;
}

/** How an attempt of a run ended. */
export type EndedAttempt = Pick<RunRecord, 'attempt' | 'state' | 'message' | 'end'>;

/** A part of what an attempt left. */
export interface KeptPart {
  readonly instances: readonly KeptInstance[];
  /** Where the next part begins; `null` after the last one. */
  readonly next: number | null;
}

/** What runs ask while they wait: attempts of activities, since a workflow task must not last that long. */
export interface RunWaits {
  /** Ends when a task may run as far as the run before is concerned (`dependsOnPast`). */
  untilPastIsDone(input: PastInput): Promise<void>;
}

/** A task of a run that depends on the run before. */
export interface PastInput {
  readonly dagId: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly logicalDate: string;
  /** Whether runs that somebody started by hand count as runs before, too. */
  readonly countManual: boolean;
  /** A run before this date is not waited for: the DAG had no runs then. ISO 8601, UTC. */
  readonly notBefore: string | null;
  /** Id and logical date of the run of the slot before, where the timetable tells it. */
  readonly slotBefore: { readonly runId: string; readonly logicalDate: string } | null;
  /** Whether a Schedule started the run, while a backfill may have yet to make the run of the slot before; absent: it did not. */
  readonly isScheduled?: boolean;
  readonly taskId: string;
  /** Tasks below it that have to be done as well. */
  readonly downstream: readonly string[];
}

/** What backfills do outside of their workflow. */
export interface BackfillActivities {
  /** A page of a backfill's plan. */
  backfillPage(input: BackfillAddress & { readonly page: number }): Promise<readonly BackfillSlot[]>;
  /**
   * Starts the slots that have not been started, and waits until some of all are over; when it is cancelled, no longer. Idempotent: what was
   * started before is gone on with.
   */
  advanceBackfill(
    input: BackfillAddress & {
      readonly conf: Readonly<Record<string, unknown>>;
      readonly slots: readonly BackfillSlot[];
    },
  ): Promise<BackfillAdvance>;
  /**
   * Stops those of a backfill's runs that have not had their turn. Ends with their ids. A build that did not say which backfill it is
   * leaves those of which it was not told that they had begun.
   */
  dropQueuedRuns(
    input: Pick<BackfillAddress, 'dagId'> & Partial<BackfillAddress> & { readonly slots: readonly BackfillSlot[] },
  ): Promise<readonly string[]>;
}

/** What has become of a backfill's slots. */
export interface BackfillAdvance {
  readonly started: readonly { readonly runId: string; readonly executionId: string }[];
  readonly ended: readonly SlotEnd[];
}

/** What the keeper of Schedules does outside of its workflow. */
export interface KeeperActivities {
  /** Brings the Schedules that are named their moments one by one up to date, as the DAGs of this worker's code say. */
  renewSchedules(): Promise<Renewal>;
}

/** What became of Schedules whose moments are named one by one. Instants are epoch milliseconds. */
export interface Renewal {
  /** Until when each of them knows its moments, by DAG. */
  readonly knownUntil: Readonly<Record<string, number>>;
  /** What failed, a sentence each; absent in the word of a build that then failed as a whole. */
  readonly failed?: readonly string[];
}

/** What controllers do outside of their workflow. */
export interface ControllerActivities {
  /** Starts the next run of a DAG that runs without a pause. */
  startNext(run: NextRun): Promise<RunExecution>;
  /**
   * Waits until some of these runs are over, by the word of Temporal itself: one that was terminated has told nobody.
   * Ends with those.
   */
  untilSomeEnded(input: { readonly runs: readonly RunExecution[] }): Promise<readonly RunExecution[]>;
  /** Pauses the DAG's Schedule or lets it go on; `since`: from when on it makes up for slots then, epoch milliseconds. */
  setSchedulePaused(input: {
    readonly dagId: string;
    readonly paused: boolean;
    readonly note: string;
    readonly since?: number;
  }): Promise<void>;
}
