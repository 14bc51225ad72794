import type { DagDefinition, DataInterval, RunType } from './definition.ts';
import { inferInterval, intervalOfSlot, isSlot } from './timetable.ts';

/** What a run is about, worked out from when it was started. */
export interface RunIdentity {
  readonly runType: RunType;
  readonly logicalDate: Date;
  readonly dataInterval: DataInterval;
}

/** How a run came to be, as the engine tells. */
export interface RunOrigin {
  /** The moment that the run was meant for (a Schedule's nominal time); `null` when nobody named one. */
  readonly nominalTime: Date | null;
  /** When it was started. */
  readonly startTime: Date;
}

/**
 * A run whose nominal time is a slot of the timetable is that slot's run, whoever started it. Any other run is manual: a
 * person's click is not a slot, so it is about the last interval that is over, and its logical date is the moment of the click.
 */
export function runIdentity({ timetable }: Pick<DagDefinition, 'timetable'>, origin: RunOrigin): RunIdentity {
  const { nominalTime, startTime } = origin;
  const moment = (nominalTime ?? startTime).getTime();
  if (timetable === null) {
    const at = new Date(moment);
    return { runType: 'manual', logicalDate: at, dataInterval: { start: at, end: at } };
  }
  const scheduled = nominalTime !== null && isSlot(timetable, moment);
  const { start, end } = scheduled ? intervalOfSlot(timetable, moment) : inferInterval(timetable, moment);
  const dataInterval = { start: new Date(start), end: new Date(end) };
  return scheduled
    ? { runType: 'scheduled', logicalDate: dataInterval.start, dataInterval }
    : { runType: 'manual', logicalDate: new Date(moment), dataInterval };
}
