/**
 * Say when a DAG runs, and which data its runs are about.
 *
 * @module
 */
export {
  continuous,
  cron,
  cronPartition,
  cronTrigger,
  customTimetable,
  delta,
  deltaTrigger,
  events,
  multipleCronTrigger,
  once,
  type Timetable,
} from '../dag/timetable.ts';
export type { Continuous } from '../dag/timetables/continuous.ts';
export type { CronDataInterval } from '../dag/timetables/cron-data-interval.ts';
export type { ZonedCron } from '../dag/timetables/cron-slots.ts';
export type { CronPartition, CronPartitionOptions } from '../dag/timetables/cron-partition.ts';
export type { CronTrigger, TriggerOptions } from '../dag/timetables/cron-trigger.ts';
export type { Custom, CustomOptions, CustomRun } from '../dag/timetables/custom.ts';
export type { DeltaDataInterval } from '../dag/timetables/delta-data-interval.ts';
export type { DeltaTrigger } from '../dag/timetables/delta-trigger.ts';
export type { CalendarDelta, Delta, DeltaText } from '../dag/timetables/delta.ts';
export type { Events } from '../dag/timetables/events.ts';
export type { MultipleCronTrigger } from '../dag/timetables/multiple-cron-trigger.ts';
export type { Once } from '../dag/timetables/once.ts';
