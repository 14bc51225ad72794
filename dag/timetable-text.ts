import { durationText } from './duration.ts';
import type { Timetable } from './timetable.ts';
import type { Delta } from './timetables/delta.ts';

/** A timetable as people say it, on one line: `0 6 * * * Europe/London`, `every 6 h 0 min`. */
export function timetableText(timetable: Timetable): string {
  switch (timetable.kind) {
    case 'cron_data_interval':
      return `${timetable.expression} ${timetable.timezone}`;
    case 'cron_trigger':
      return `${timetable.expression} ${timetable.timezone}${intervalText(timetable.interval)}`;
    case 'cron_partition':
      return `${timetable.expression} ${timetable.timezone}, partitions${offsetText(timetable.runOffset)}`;
    case 'multiple_cron_trigger':
      return `${timetable.expressions.join(' | ')} ${timetable.timezone}${intervalText(timetable.interval)}`;
    case 'delta_data_interval':
      return `every ${deltaText(timetable.delta)}`;
    case 'delta_trigger':
      return `every ${deltaText(timetable.delta)}${intervalText(timetable.interval)}`;
    case 'once':
      return '@once';
    case 'continuous':
      return '@continuous';
    case 'events':
      return timetable.dates.length === 1 ? '1 event' : `${timetable.dates.length} events`;
    case 'custom':
    default:
      return timetable.name;
  }
}

/** Tells trigger timetables from those whose data interval goes from slot to slot. */
function intervalText(interval: Delta): string {
  return interval.months + interval.ms === 0 ? ', trigger' : `, trigger, interval ${deltaText(interval)}`;
}

/** Which partition a run is about, where it is not its own slot's. */
function offsetText(runOffset: number): string {
  return runOffset === 0 ? '' : ` ${runOffset > 0 ? '+' : ''}${runOffset}`;
}

function deltaText({ months, ms }: Delta): string {
  const parts = [
    ...(months === 0 ? [] : [months === 1 ? '1 month' : `${months} months`]),
    ...(ms === 0 ? [] : [ms % 86_400_000 === 0 ? daysText(ms / 86_400_000) : durationText(ms)]),
  ];
  return parts.join(' ');
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
