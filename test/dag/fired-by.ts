import type { Calendar, CalendarSet } from '../../dag/calendar.ts';
import { instantOf } from '../../dag/zone.ts';

const minute = 60_000;
const day = 86_400_000;

/** What a calendar engine fires after `from`, until `to`, read naively: every minute of a wall clock that fits a calendar. */
export function firedBy({ timezone, calendars, skip }: CalendarSet, from: number, to: number): number[] {
  const skipped = new Set(skip.length === 0 ? [] : moments({ timezone, calendars: skip }, from, to));
  return moments({ timezone, calendars }, from, to).filter((at) => !skipped.has(at));
}

function moments({ timezone, calendars }: Omit<CalendarSet, 'skip'>, from: number, to: number): number[] {
  const found = new Set<number>();
  for (let midnight = Math.floor(from / day) * day - day; midnight <= to + day; midnight += day) {
    const date = new Date(midnight);
    for (const calendar of calendars.filter((one) => isDay(one, date))) {
      for (const hour of calendar.hour) {
        for (const at of calendar.minute) found.add(instantOf(midnight + (hour * 60 + at) * minute, timezone));
      }
    }
  }
  return [...found].filter((at) => at > from && at <= to).toSorted((a, b) => a - b);
}

function isDay({ dayOfMonth, month, dayOfWeek, year }: Calendar, date: Date): boolean {
  return (
    dayOfMonth.includes(date.getUTCDate()) &&
    month.includes(date.getUTCMonth() + 1) &&
    dayOfWeek.includes(date.getUTCDay()) &&
    (year === undefined || year.includes(date.getUTCFullYear()))
  );
}
