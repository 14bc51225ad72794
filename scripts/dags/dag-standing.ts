import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { AdapterError } from '../../activities/shared/adapter-error.ts';
import { scheduleOwnerMemo, type DagControl } from '../../activities/temporal/port.ts';
import { loadSettings } from '../../config/environment.ts';
import { SettingsError } from '../../config/settings-error.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { pausedUponCreation } from '../../dag/turns.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { controlOf, turnsOf } from '../dag-control.ts';
import { CommandError } from '../failure.ts';
import { openTemporal } from '../temporal-client.ts';

/** Where a DAG is, beside what its definition says. Instants are ISO 8601, UTC. */
export interface DagStanding {
  readonly isPaused: boolean;
  /** Who paused it or let it go on, and why; may be empty. */
  readonly note: string;
  /** Runs that have their turn, and runs that wait for it; `null` when no worker answered. */
  readonly activeRuns: number | null;
  readonly queuedRuns: number | null;
  /** `null` for a DAG that has no Schedule of this installation. */
  readonly schedule: ScheduleStanding | null;
}

/** Where the Schedule of a DAG is. */
export interface ScheduleStanding {
  /** It may be paused though its DAG is not: in the Temporal UI. */
  readonly isPaused: boolean;
  /** When it starts the next run; `null`: never again, as far as it knows. */
  readonly next: string | null;
  /** Runs that it has started. */
  readonly started: number;
  /** Slots that went by unseen for longer than its catch-up window, so that it never started them. */
  readonly missed: number;
}

/** Temporal has so long to answer a command that can do without: milliseconds. */
const patience = 2_000;

/**
 * Where DAGs are by the word of Temporal; `undefined` when it cannot be asked, and why is told in a sentence: what definitions say
 * is worth showing all the same.
 */
export async function standingsOf(
  dags: readonly DagDefinition[],
  warn: (sentence: string) => void,
): Promise<ReadonlyMap<string, DagStanding> | undefined> {
  try {
    const settings = loadSettings(['temporal']);
    await using temporal = await openTemporal(settings.temporal, patience);
    const control = controlOf(temporal.client, settings.taskQueue);
    const found = dags.map(
      async (dag) => [dag.id, await standingOf(temporal.client, control, dag, settings.taskQueue)] as const,
    );
    return new Map(await Promise.all(found));
  } catch (error) {
    const isWeather = error instanceof CommandError || error instanceof SettingsError || error instanceof AdapterError;
    if (!isWeather) throw error;
    warn(`what is paused and what runs is not known: ${error.message}`);
    return undefined;
  }
}

/** Where a DAG is by the word of Temporal and, for its runs, of its controller. */
export async function standingOf(
  client: Client,
  control: DagControl,
  { id: dagId, isPausedUponCreation }: DagDefinition,
  taskQueue: string,
): Promise<DagStanding> {
  const [pause, schedule] = await Promise.all([control.pauseOf(dagId), scheduleOf(client, dagId, taskQueue)]);
  if (pause === undefined) {
    const { note } = pausedUponCreation;
    const isPaused = isPausedUponCreation === true;
    return { isPaused, note: isPaused ? note : '', activeRuns: 0, queuedRuns: 0, schedule };
  }
  const status = await turnsOf(control, dagId);
  return {
    isPaused: pause.paused,
    note: pause.note,
    activeRuns: status?.active.length ?? null,
    queuedRuns: status?.queued.length ?? null,
    schedule,
  };
}

async function scheduleOf(client: Client, dagId: string, taskQueue: string): Promise<ScheduleStanding | null> {
  try {
    const { memo, state, info } = await client.schedule.getHandle(dagId).describe();
    if (memo?.[scheduleOwnerMemo] !== taskQueue) return null;
    const [next] = info.nextActionTimes;
    return {
      isPaused: state.paused,
      next: next === undefined ? null : instantText(next),
      started: info.numActionsTaken,
      missed: info.numActionsMissedCatchupWindow,
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}
