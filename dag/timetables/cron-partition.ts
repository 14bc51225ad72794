import { defaultKeyFormat, formatProblem, writeWall } from '../time-format.ts';
import { wallTime } from '../zone.ts';
import { nextSlot, previousSlot, type ZonedCron } from './cron-slots.ts';
import { cronTriggerRules, type CronTrigger } from './cron-trigger.ts';
import { noDelta } from './delta.ts';
import type { TimingRules } from './timing.ts';

/** Runs at the slots of a cron, each about a partition of the data, which a key names: Airflow's CronPartitionTimetable. */
export interface CronPartition extends ZonedCron {
  readonly kind: 'cron_partition';
  /** The partition's slot, counted from the run's own: -1 is the one before it. */
  readonly runOffset: number;
  /** How a slot becomes a key, by strftime's directives. */
  readonly keyFormat: string;
}

/** What a partition timetable may be told beside its slots. */
export interface CronPartitionOptions {
  /** The zone on whose clocks the cron is read and the key is written (IANA name); UTC by default. */
  readonly timezone?: string;
  /** Which slot a run is about, counted from its own; a whole number, 0 by default. With `@daily`, -1 is the day that is just over. */
  readonly runOffset?: number;
  /**
   * How a slot becomes a key: text with `%Y %m %d %H %M %S`, `%j` (day of the year), `%G` and `%V` (year and number of the ISO week)
   * and `{quarter}`; `%Y-%m-%dT%H:%M:%S` by default, as Airflow's.
   */
  readonly keyFormat?: string;
}

/** Slots that a run may be away from its partition. */
const longestOffset = 1_000;

/**
 * A partition timetable: a cron or preset as of `cron`, and a run at each slot whose `partitionKey` names what it is about. What the
 * run's tasks have in their `outlets` is made for this partition.
 *
 * @example cronPartition('@daily', { timezone: 'Europe/London', runOffset: -1, keyFormat: '%Y-%m-%d' })
 */
export function cronPartition(expression: string, options: CronPartitionOptions = {}): CronPartition {
  const { timezone = 'UTC', runOffset = 0, keyFormat = defaultKeyFormat } = options;
  return { kind: 'cron_partition', expression, timezone, runOffset, keyFormat };
}

/** The key of the partition that the run of a slot is about. */
export function keyOfSlot(timetable: CronPartition, slot: number): string {
  const { runOffset, keyFormat, timezone } = timetable;
  const step = runOffset > 0 ? nextSlot : previousSlot;
  let date = slot;
  for (let left = Math.abs(runOffset); left > 0; left--) date = step(timetable, date);
  return writeWall(keyFormat, wallTime(date, timezone));
}

/** Its runs come as a trigger timetable's: about a moment, the slot. */
export const cronPartitionRules: TimingRules<CronPartition> = {
  problem(timetable) {
    const { runOffset, keyFormat } = timetable;
    if (!Number.isInteger(runOffset) || Math.abs(runOffset) > longestOffset)
      return `runOffset is ${runOffset}; it is a whole number of slots, from -${longestOffset} to ${longestOffset}`;
    return cronTriggerRules.problem(triggerOf(timetable)) ?? formatProblem(keyFormat);
  },
  nextRun: (timetable, ...of) => cronTriggerRules.nextRun(triggerOf(timetable), ...of),
  inferInterval: (timetable, instant) => cronTriggerRules.inferInterval(triggerOf(timetable), instant),
  slotInterval: (timetable, ...of) => cronTriggerRules.slotInterval(triggerOf(timetable), ...of),
};

function triggerOf({ expression, timezone }: CronPartition): CronTrigger {
  return { kind: 'cron_trigger', expression, timezone, interval: noDelta };
}
