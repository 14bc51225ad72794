import { instantOf } from './zone.ts';

const isoDate = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Epoch milliseconds of a `startDate` or `endDate`: a Date, or ISO text. Text without an offset, for example `2026-03-01`, is
 * read on the clocks of the zone, as Airflow does. `undefined`: there is no such date, or it is
 * between two seconds.
 */
export function dateBound(date: Date | string, timezone: string): number | undefined {
  if (typeof date !== 'string') return date.getTime() % 1_000 === 0 ? date.getTime() : undefined;
  const match = isoDate.exec(date);
  if (match?.[1] === undefined) return undefined;
  const [, day, time = '00:00', seconds = ':00', offset] = match;
  const wall = Date.parse(`${day}T${time}${seconds}Z`);
  // Some engines read the 30th of February as the 2nd of March.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(day)) return undefined;
  if (offset === undefined) return instantOf(wall, timezone);
  const instant = Date.parse(`${day}T${time}${seconds}${offset}`);
  return Number.isNaN(instant) ? undefined : instant;
}
