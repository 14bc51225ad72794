import { CronError } from './cron-field.ts';
import type { Cron } from './cron.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Days looked at before a cron counts as one that never comes. Leap days on a given weekday are at most 40 years apart. */
const horizon = 366 * 50;

/** First wall time (see zone.ts) of the cron after one, exclusive. Throws {@link CronError} when there is none in 50 years. */
export function nextWall(cron: Cron, after: number): number {
  return search(cron, after, 1, isDay);
}

/** Last wall time of the cron before one, exclusive. Throws {@link CronError} when there is none in 50 years. */
export function previousWall(cron: Cron, before: number): number {
  return search(cron, before, -1, isDay);
}

/** Throws {@link CronError} when the cron never comes. */
export function checkComes(cron: Cron): void {
  const anywhere = Date.UTC(2000, 0, 1);
  search(cron, anywhere, 1, isDay);
  // croniter looks for days that fit both fields, too, where one of them is of a month's weeks, and gives up without any.
  if (isOfWeeks(cron) && !cron.anyDay && !cron.anyWeekday) {
    search(cron, anywhere, 1, (one, date) => monthFits(one, date) && monthDayFits(one, date) && weekdayFits(one, date));
  }
}

function search(cron: Cron, from: number, step: 1 | -1, fits: (cron: Cron, date: Date) => boolean): number {
  const forward = step === 1;
  const order = (values: readonly number[]): readonly number[] => (forward ? values : values.toReversed());
  const [hours, minutes, seconds] = [order(cron.hours), order(cron.minutes), order(cron.seconds)];
  const beyond = (start: number, length: number): boolean => (forward ? start + length <= from : start >= from);
  let midnight = Math.floor(from / day) * day;
  for (let looked = 0; looked < horizon; looked++, midnight += step * day) {
    if (!fits(cron, new Date(midnight))) continue;
    for (const ofDay of hours) {
      const atHour = midnight + ofDay * hour;
      if (beyond(atHour, hour)) continue;
      for (const ofHour of minutes) {
        const atMinute = atHour + ofHour * minute;
        if (beyond(atMinute, minute)) continue;
        for (const second of seconds) {
          const wall = atMinute + second * 1_000;
          if (forward ? wall > from : wall < from) return wall;
        }
      }
    }
  }
  throw new CronError('never comes: no such day is in any of its months');
}

function isDay(cron: Cron, date: Date): boolean {
  if (!monthFits(cron, date)) return false;
  if (cron.anyDay && cron.anyWeekday) return true;
  if (cron.anyDay || cron.anyWeekday) return monthDayFits(cron, date) && weekdayFits(cron, date);
  if (!isOfWeeks(cron)) return monthDayFits(cron, date) || weekdayFits(cron, date);
  // These bind in both halves of "one or the other", so that the plain field says nothing.
  return (
    (cron.nearestWeekday === null || monthDayFits(cron, date)) &&
    (cron.nthWeekdays.length === 0 || weekdayFits(cron, date))
  );
}

/** Whether its days depend on how a month's weeks lie: `15W`, `5#3`, `L5`. */
function isOfWeeks({ nearestWeekday, nthWeekdays }: Cron): boolean {
  return nearestWeekday !== null || nthWeekdays.length > 0;
}

function monthFits({ months }: Cron, date: Date): boolean {
  return months.includes(date.getUTCMonth() + 1);
}

function monthDayFits(cron: Cron, date: Date): boolean {
  if (cron.anyDay) return true;
  if (cron.nearestWeekday !== null) return isNearest(date, cron.nearestWeekday);
  return cron.days.includes(date.getUTCDate()) || (cron.lastDay && date.getUTCDate() === lastDay(date));
}

function weekdayFits(cron: Cron, date: Date): boolean {
  if (cron.anyWeekday) return true;
  return (
    cron.weekdays.includes(date.getUTCDay()) ||
    cron.nthWeekdays.some(({ weekday, nth }) => weekday === date.getUTCDay() && isNth(date, nth))
  );
}

function lastDay(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

/** The working day nearest to a day of the month, which never leaves the month. */
function isNearest(date: Date, wanted: number): boolean {
  const last = lastDay(date);
  const ofMonth = Math.min(wanted, last);
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), ofMonth)).getUTCDay();
  let nearest = ofMonth;
  if (weekday === 6) nearest += ofMonth > 1 ? -1 : 2;
  if (weekday === 0) nearest += ofMonth < last ? 1 : -2;
  return date.getUTCDate() === nearest;
}

function isNth(date: Date, nth: number | 'last'): boolean {
  if (nth === 'last') return date.getUTCDate() + 7 > lastDay(date);
  return Math.ceil(date.getUTCDate() / 7) === nth;
}
