const minute = 60_000;
const day = 24 * 60 * minute;

/** Formatters are dear to make and cheap to use. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timezone, formatter);
  }
  return formatter;
}

/** Whether the IANA time zone database has a zone of this name. */
export function isTimezone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What a clock on the wall shows at an instant: as if its reading were UTC, in epoch milliseconds, so that it can be
 * reckoned with. Not an instant.
 */
export function wallTime(instant: number, timezone: string): number {
  if (timezone === 'UTC') return instant;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(timezone).formatToParts(instant)) parts[type] = Number(value);
  const at = (name: string): number => parts[name] ?? 0;
  const milliseconds = ((instant % 1_000) + 1_000) % 1_000;
  return Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second')) + milliseconds;
}

/** Milliseconds that a zone's clocks are ahead of UTC at an instant. */
export function zoneOffset(instant: number, timezone: string): number {
  return wallTime(instant, timezone) - instant;
}

/**
 * The instant at which a zone's clocks show a wall time, as Airflow decides the two odd cases: a time that occurs twice is
 * the second one, a time that is left out in spring is as much later as the clocks were moved.
 */
export function instantOf(wall: number, timezone: string): number {
  if (timezone === 'UTC') return wall;
  const before = zoneOffset(wall - day, timezone);
  const after = zoneOffset(wall + day, timezone);
  if (before === after) {
    const instant = wall - before;
    if (zoneOffset(instant, timezone) === before) return instant;
  }
  // Two changes within two days happen (Ramadan in Morocco is the nearest), so all offsets around are looked at.
  const offsets = new Set([before, after, zoneOffset(wall - before, timezone), zoneOffset(wall - after, timezone)]);
  const fitting = [...offsets].map((offset) => wall - offset).filter((one) => wallTime(one, timezone) === wall);
  if (fitting.length > 0) return Math.max(...fitting);
  // In the gap: the offset from before the change reads the clock as if nobody had moved it.
  return wall - zoneOffset(wall - Math.min(...offsets) - day, timezone);
}
