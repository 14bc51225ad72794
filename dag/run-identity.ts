import { z } from 'zod';
import type { DagDefinition, DataInterval, RunType } from './definition.ts';
import { inferInterval, slotInterval, slotPartitionKey, type Restriction } from './timetable.ts';

/** Name of the memo of a run that somebody planned: its value is a {@link SlotOrder}. */
export const slotMemo = 'tradewindSlot';

const instant = z.iso.datetime();

const slotOrder = z
  .object({
    runType: z.enum(['scheduled', 'backfill', 'asset_triggered']),
    /** Dates are ISO 8601, UTC. The logical date is the start. */
    dataInterval: z.object({ start: instant, end: instant }).readonly(),
    /** Whose run it is, where it is a backfill's. */
    backfillId: z.string().optional(),
  })
  .readonly();

/** What a run is about by the word of what planned it, a backfill for example. The timetable is not asked: it may have changed since. */
export type SlotOrder = z.infer<typeof slotOrder>;

/** Reads the memo of a run; `undefined` where nobody planned it, or it is of another form. */
export function readSlot(memo: unknown): SlotOrder | undefined {
  return slotOrder.safeParse(memo).data;
}

/** What a run is about, worked out from when it was started. */
export interface RunIdentity {
  readonly runType: RunType;
  readonly logicalDate: Date;
  readonly dataInterval: DataInterval;
  /** Key of the partition that it is about; absent where it is about none. */
  readonly partitionKey?: string;
}

/** How a run came to be, as the engine tells. */
export interface RunOrigin {
  /** The moment that the run was meant for (a Schedule's nominal time); `null` when nobody named one. */
  readonly nominalTime: Date | null;
  /** When it was started. */
  readonly startTime: Date;
  /** The logical date that whoever started it by hand gave it; absent when nobody did. */
  readonly logicalDate?: Date | undefined;
  /** The data interval that the run which triggered it for its own gave it. */
  readonly dataInterval?: DataInterval | undefined;
  /** The key of the partition that whoever started it gave it. */
  readonly partitionKey?: string | undefined;
  /** By what planned it; absent where nothing did. */
  readonly slot?: SlotOrder | undefined;
}

/** Id of the automatic run that is due at an instant (epoch milliseconds), as Temporal's Schedules write it. */
export function scheduledRunId(dagId: string, runAfter: number): string {
  const seconds = new Date(Math.floor(runAfter / 1_000) * 1_000);
  return `${dagId}-${seconds.toISOString().replace('.000Z', 'Z')}`;
}

/** What of a DAG decides when it runs by itself. */
export type Scheduled = Pick<DagDefinition, 'timetable'> &
  Partial<Pick<DagDefinition, 'catchup' | 'startDate' | 'endDate'>>;

/** What bounds the automatic runs of a DAG. */
export function restrictionOf({ startDate, endDate, catchup }: Omit<Scheduled, 'timetable'>): Restriction {
  return { earliest: startDate ?? null, latest: endDate ?? null, catchup: catchup ?? false };
}

/**
 * A run whose nominal time is a slot of the timetable is that slot's run, whoever started it. Any other run is manual: a
 * person's click is not a slot, so it is about the last interval that is over, and its logical date is the moment of the click.
 * One that was given a logical date is manual, too, and about the last interval that was over then: Airflow's
 * `dags trigger --logical-date`. Only a run that triggers another one for its own interval gives it that, too. One that was planned is
 * what its plan says. The run of a slot is about the partition that the timetable names, any other about the one that it was given.
 */
export function runIdentity(definition: Scheduled, origin: RunOrigin): RunIdentity {
  const identity = datesOf(definition, origin);
  const partitionKey = origin.partitionKey ?? keyByTimetable(definition, origin, identity);
  return { ...identity, ...(partitionKey !== undefined && { partitionKey }) };
}

function keyByTimetable({ timetable }: Scheduled, { slot }: RunOrigin, identity: RunIdentity): string | undefined {
  if (timetable === null || slot !== undefined || identity.runType !== 'scheduled') return undefined;
  return slotPartitionKey(timetable, { runAfter: identity.dataInterval.end.getTime() });
}

function datesOf(definition: Scheduled, origin: RunOrigin): RunIdentity {
  const { timetable } = definition;
  const { nominalTime, startTime, logicalDate, slot: planned } = origin;
  if (planned !== undefined) {
    const [start, end] = [new Date(planned.dataInterval.start), new Date(planned.dataInterval.end)];
    return { runType: planned.runType, logicalDate: start, dataInterval: { start, end } };
  }
  const moment = (logicalDate ?? nominalTime ?? startTime).getTime();
  if (timetable === null) {
    const at = new Date(moment);
    return { runType: 'manual', logicalDate: at, dataInterval: origin.dataInterval ?? { start: at, end: at } };
  }
  if (origin.dataInterval !== undefined) {
    return { runType: 'manual', logicalDate: new Date(moment), dataInterval: origin.dataInterval };
  }
  const slot =
    logicalDate !== undefined || nominalTime === null
      ? undefined
      : slotInterval(timetable, moment, restrictionOf(definition));
  const { start, end } = slot ?? inferInterval(timetable, moment);
  const dataInterval = { start: new Date(start), end: new Date(end) };
  return slot === undefined
    ? { runType: 'manual', logicalDate: new Date(moment), dataInterval }
    : { runType: 'scheduled', logicalDate: dataInterval.start, dataInterval };
}
