import type { BackfillOrder, BackfillSlot } from '../../dag/backfill-run.ts';
import type { RunChange } from '../../dag/kept.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import type { AssetHubStart } from '../../dag/asset-hub.ts';
import type { AssetSubscription } from '../../dag/asset-queue.ts';
import type { AssetEvent } from '../../dag/assets.ts';
import type { PoolSize, SlotClaim, WaitReason } from '../../dag/pool.ts';
import type { RunState, TaskState } from '../../dag/states.ts';
import type { EndlessOrder, PauseOrder, Ticket } from '../../dag/turns.ts';

/** A run asks for its turn. What the DAG says of its runs comes along, so that a controller knows the newest code's word. */
export interface TurnRequest extends Ticket {
  readonly dagId: string;
  /** When the run was started, epoch milliseconds: of what runs say of their DAG, the word of the one that was started last counts. */
  readonly startedAt?: number;
  readonly maxActiveRuns: number;
  /** Whether the DAG is paused where it has no controller yet; not paused where it is left out. */
  readonly isPausedUponCreation?: true;
  /** So many runs that fail in a row pause the DAG; left out where none do. */
  readonly maxConsecutiveFailedDagRuns?: number;
  /** Some task of a run waits for the run before it; left out where none does. */
  readonly dependsOnPast?: true;
}

/**
 * What a run is told: to begin, or why it waits. When its turn comes, the controller sends it the signal `turn`; but for `queue_full`,
 * of which the run has to ask again.
 */
export type Turn =
  | { readonly go: true }
  | { readonly go: false; readonly reason: 'paused' | 'max_active_runs' | 'queue_full'; readonly ahead: number };

/** A run has ended. */
export interface RunEnded extends Ticket {
  readonly dagId: string;
  readonly state: 'success' | 'failed';
}

/** Where a DAG's controller is, in numbers and names. */
export interface ControllerStatus {
  readonly dagId: string;
  readonly paused: boolean;
  /** Who paused it or let it go on, and why; empty when nobody has. */
  readonly note: string;
  readonly maxActiveRuns: number;
  /** Ids of the runs that have their turn. */
  readonly active: readonly string[];
  /** Ids of the runs that wait, in the order in which they will have it. */
  readonly queued: readonly string[];
}

/** A run that has ended and is to go on. */
export interface RerunRequest extends RunChange {
  /** Its newest record. */
  readonly record: RunRecord;
}

/** The controllers of DAGs and their runs, as workflows in Temporal. Every method throws an AdapterError with system `temporal`. */
export interface DagControl {
  /** Asks a DAG's controller, which is started where there is none, for a run's turn. Idempotent by the execution. */
  requestTurn(request: TurnRequest): Promise<Turn>;
  /** Tells a DAG's controller that a run has ended. Idempotent. */
  runEnded(ended: RunEnded): Promise<void>;
  /** Those of the runs that are over, or gone, by the word of Temporal itself. */
  endedAmong(runs: readonly RunExecution[], signal: AbortSignal): Promise<readonly RunExecution[]>;
  /**
   * Starts a run that has ended again, as its next attempt, with what is kept of the last one. Idempotent by the attempt; an
   * error with code `conflict` when the run is not over.
   */
  rerun(request: RerunRequest): Promise<void>;
  /** Pauses a DAG or lets it go on: its controller, and with it its Schedule. */
  setPaused(dagId: string, paused: boolean, note: string): Promise<void>;
  /** Starts a DAG's controller where there is none: paused, or not; one that was terminated as it was. Needs no worker. */
  open(dagId: string, order: PauseOrder): Promise<void>;
  /** Whether a DAG is paused, by the word of Temporal alone: no worker has to answer. `undefined` when it has had no controller yet. */
  pauseOf(dagId: string): Promise<PauseOrder | undefined>;
  /**
   * Pauses a DAG's Schedule or lets it go on; without a Schedule of this installation there is nothing to do. One that goes on makes up
   * for slots that went by since an instant (epoch milliseconds), as far back as after an outage. Idempotent: a slot is run once.
   */
  setSchedulePaused(dagId: string, order: PauseOrder, since?: number): Promise<void>;
  /** Has a DAG's runs follow each other without a pause, or no more (`null`). Starts its controller where there is none; needs no worker. */
  setEndless(dagId: string, order: EndlessOrder | null, pause?: PauseOrder): Promise<void>;
  /** Whether a DAG runs without a pause, by the word of Temporal alone; some moments behind where no worker runs. */
  endlessOf(dagId: string): Promise<EndlessOrder | null>;
  /** The backfill of a DAG that is under way, by the word of Temporal alone. */
  openBackfillOf(dagId: string): Promise<BackfillOrder | undefined>;
  /** Asks a DAG's controller; `undefined` when it has none yet. A worker has to answer. */
  status(dagId: string): Promise<ControllerStatus | undefined>;
}

/** A slot to run, for a backfill. */
export interface SlotRequest {
  readonly dagId: string;
  readonly backfillId: string;
  readonly slot: BackfillSlot;
  /** Params of a new run. */
  readonly conf: Readonly<Record<string, unknown>>;
  /** The record that a run which is done again goes on from; absent where it is new, or left none. */
  readonly record?: RunRecord;
}

/** An execution of a run. */
export interface RunExecution {
  readonly runId: string;
  /** Temporal's id of the execution. */
  readonly executionId: string;
}

/** Runs of slots in Temporal. Every method throws an AdapterError with system `temporal`. */
export interface SlotRuns {
  /**
   * Starts the run of a slot. Idempotent: a run that was started for this backfill is that of the request. `undefined` when another run
   * of its id is there, under way or over.
   */
  start(request: SlotRequest): Promise<RunExecution | undefined>;
  /** Starts a run of a DAG that runs without a pause. Idempotent by its id. */
  startNext(run: NextRun): Promise<RunExecution>;
  /**
   * Waits until some of the runs are over, by the word of Temporal itself, terminated ones included, and says how they ended; `gone`: it
   * does not know the execution any more. Returns none when the signal aborts.
   */
  firstEnds(runs: readonly RunExecution[], signal: AbortSignal): Promise<readonly ExecutionEnd[]>;
  /** The execution that was started for a backfill's slot, be it that nobody was told; `undefined` where there is none but other people's. */
  startedFor(request: Omit<SlotRequest, 'conf'>): Promise<RunExecution | undefined>;
  /** Asks a run to stop; `false`: it is over, or was never there. */
  cancel(run: RunExecution): Promise<boolean>;
}

/** A run of a DAG that runs without a pause, and what it is about: epoch milliseconds. */
export interface NextRun {
  readonly dagId: string;
  readonly runId: string;
  readonly start: number;
  readonly end: number;
}

/** How an execution of a run ended. */
export interface ExecutionEnd extends RunExecution {
  readonly state: 'success' | 'failed' | 'gone';
  /** Milliseconds from its start to its end. */
  readonly took: number;
}

/**
 * Id of the workflow that is a DAG's open backfill, and of those before it: at most one is open at a time. With the installation's name, as
 * its controller's.
 */
export function backfillWorkflowId(dagId: string, installation: string): string {
  return `backfill/${dagId}@${installation}`;
}

/** Names of what a backfill is asked and told. */
export type BackfillMessage = 'progress' | 'setPaused' | 'cancelBackfill';

/**
 * Id of the workflow that is a DAG's controller. With the installation's name, the stem of its task queues, since two of them
 * in one namespace have controllers, and workers for them, of their own.
 */
export function controllerId(dagId: string, installation: string): string {
  return `dag/${dagId}@${installation}`;
}

/** Name of what the keeper of Schedules is told: that some may have been made, or changed. */
export type KeeperMessage = 'applied';

/** Names of what a controller is asked and told. */
export type ControllerMessage = 'exchange' | 'setPaused' | 'setEndless' | 'status' | 'state';

/** Name of the memo of a Schedule that says which installation it belongs to: the stem of its task queues. */
export const scheduleOwnerMemo = 'tradewindTaskQueue';

/** A run that Temporal knows. */
export interface KnownRun {
  readonly runId: string;
  readonly executionId: string;
  /** What ended by another's hand has failed. */
  readonly state: RunState;
  /** When it was started, epoch milliseconds. */
  readonly start: number;
}

/** A run that Temporal knows, and what it is about. */
export interface DatedRun extends KnownRun {
  /** Epoch milliseconds. */
  readonly logicalDate: number;
  /** Whether somebody started it by hand. */
  readonly isManual: boolean;
}

/** Runs as Temporal knows them, until its retention is over. Every method throws an AdapterError with system `temporal`. */
export interface RunFinder {
  /** The newest execution of a run; `undefined` when Temporal does not know it, or no more. */
  find(runId: string): Promise<KnownRun | undefined>;
  /** Runs of a DAG about a logical date, as their search attribute has it. Visibility is some moments behind. */
  ofDate(dagId: string, logicalDate: string): Promise<readonly KnownRun[]>;
  /**
   * Runs of a DAG with a logical date before an instant, and not before another one where that is given; epoch milliseconds. Visibility is
   * some moments behind.
   */
  between(
    dagId: string,
    dates: { readonly from: number | null; readonly before: number },
  ): Promise<readonly DatedRun[]>;
  /** Where the tasks of a run are, by its own word; `undefined` when no worker answers within 10 s. */
  tasksOf(run: KnownRun): Promise<readonly FoundTask[] | undefined>;
  /** Whether Temporal knows any run of a DAG. */
  knowsDag(dagId: string): Promise<boolean>;
}

/** Where a task instance of a run is. */
export interface FoundTask {
  readonly taskId: string;
  readonly state: TaskState;
}

/** A task instance asks for slots of a pool. */
export interface PoolRequest {
  readonly pool: string;
  readonly claim: SlotClaim;
  /** Of a pool that a task's own option makes: how many slots it has. */
  readonly size?: number;
  /** When the run that says so was started, epoch milliseconds: the word of the one that was started last counts. */
  readonly startedAt?: number;
}

/** What it is told: to begin, or why it waits. When its turn comes, the pool sends its run the signal `slots` with the claim's id. */
export type PoolTurn = { readonly go: true } | ({ readonly go: false } & WaitReason);

/** A claim that is given back. */
export interface PoolRelease {
  readonly pool: string;
  /** The claim's. */
  readonly id: string;
}

/** Where a pool is. */
export interface PoolStatus extends PoolSize {
  readonly name: string;
  /** Claims that hold slots, and those that wait, in the order in which they will have them. */
  readonly held: readonly SlotClaim[];
  readonly waiting: readonly SlotClaim[];
  readonly sizedBy?: number;
}

/** Names of what a pool is asked and told. */
export type PoolMessage = 'exchange' | 'resize' | 'status';

/** Id of the workflow that is a pool; see {@link controllerId}. */
export function poolId(name: string, installation: string): string {
  return `pool/${name}@${installation}`;
}

/** The pools of an installation, as workflows in Temporal. Every method throws an AdapterError with system `temporal`. */
export interface PoolControl {
  /** Asks for slots. Idempotent by the claim. */
  take(request: PoolRequest): Promise<PoolTurn>;
  /** Gives slots back, or a claim up. Idempotent. */
  give(release: PoolRelease): Promise<void>;
  /** Makes a pool, or changes it, while it is in use, too; slots `null`: there is to be none. */
  resize(name: string, size: PoolSize): Promise<void>;
  /** `undefined` when there is no such pool, and nobody waits for one. */
  status(name: string): Promise<PoolStatus | undefined>;
  /** Names of the pools that there are, or that somebody waits for. Visibility is some moments behind. */
  names(): Promise<readonly string[]>;
}

/** Names of what the hub of assets is told and asked. */
export type AssetHubMessage = 'events' | 'subscribe' | 'status';

/** Id of the workflow that is the hub of an installation's assets; see {@link controllerId}. */
export function assetHubId(installation: string): string {
  return `assets@${installation}`;
}

/** The hub of an installation's assets, as a workflow in Temporal. Every method throws an AdapterError with system `temporal`. */
export interface AssetControl {
  /** Tells the hub of events; it is started where there is none. Idempotent by their ids. */
  tell(events: readonly AssetEvent[]): Promise<void>;
  /** Says which DAGs are started by assets: all of them. Needs no worker. */
  subscribe(subscriptions: readonly AssetSubscription[]): Promise<void>;
  /** What has come for whom; `undefined` when there is no hub yet. A worker has to answer. */
  status(): Promise<Required<AssetHubStart> | undefined>;
}
