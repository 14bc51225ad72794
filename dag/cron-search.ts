import { CronError, type Cron } from './cron.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Days looked at before a cron counts as one that never comes. Two leap days are at most eight years apart. */
const horizon = 366 * 50;

/** First wall time (see zone.ts) of the cron after one, exclusive. */
export function nextWall(cron: Cron, after: number): number {
  return search(cron, after, 1);
}

/** Last wall time of the cron before one, exclusive. */
export function previousWall(cron: Cron, before: number): number {
  return search(cron, before, -1);
}

function search(cron: Cron, from: number, step: 1 | -1): number {
  const seconds = step === 1 ? cron.seconds : cron.seconds.toReversed();
  const minutes = step === 1 ? cron.minutes : cron.minutes.toReversed();
  const hours = step === 1 ? cron.hours : cron.hours.toReversed();
  let midnight = Math.floor(from / day) * day;
  for (let looked = 0; looked < horizon; looked++, midnight += step * day) {
    if (!isDay(cron, midnight)) continue;
    for (const hour of hours) {
      for (const at of minutes) {
        for (const second of seconds) {
          const wall = midnight + (hour * 60 + at) * minute + second * 1_000;
          if (step === 1 ? wall > from : wall < from) return wall;
        }
      }
    }
  }
  throw new CronError('never comes');
}

function isDay(cron: Cron, midnight: number): boolean {
  const date = new Date(midnight);
  if (!cron.months.includes(date.getUTCMonth() + 1)) return false;
  const dayFits = (): boolean => cron.days.includes(date.getUTCDate()) || (cron.lastDay && isLastDay(date));
  const weekdayFits = (): boolean =>
    cron.weekdays.includes(date.getUTCDay()) ||
    cron.nthWeekdays.some(({ weekday, nth }) => weekday === date.getUTCDay() && isNth(date, nth));
  if (cron.anyDay && cron.anyWeekday) return true;
  if (cron.anyDay) return weekdayFits();
  if (cron.anyWeekday) return dayFits();
  return dayFits() || weekdayFits();
}

function isLastDay(date: Date): boolean {
  return new Date(date.getTime() + day).getUTCDate() === 1;
}

function isNth(date: Date, nth: number | 'last'): boolean {
  if (nth === 'last') return new Date(date.getTime() + 7 * day).getUTCMonth() !== date.getUTCMonth();
  return Math.ceil(date.getUTCDate() / 7) === nth;
}
