import type { Cron } from './cron.ts';
import type { Timetable } from './timetable.ts';
import { cronOf, type ZonedCron } from './timetables/cron-slots.ts';
import { cronTriggersOf } from './timetables/multiple-cron-trigger.ts';
import { wallTime, zoneOffset } from './zone.ts';

/** The moments of a calendar: those at which every field fits. Numbers ascending; Sunday is 0. */
export interface Calendar {
  readonly second: readonly number[];
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  readonly dayOfWeek: readonly number[];
  /** Absent: every year. */
  readonly year?: readonly number[];
}

/** Calendars that together, each moment once, are exactly the slots of a timetable. */
export interface CalendarSet {
  readonly timezone: string;
  readonly calendars: readonly Calendar[];
  /**
   * Moments that are none of the slots, and that Temporal's server fires all the same: it finds a slot of the hour before a
   * repeated one again in that one (midnight in London on the last Sunday of October, seen with server 1.31).
   */
  readonly skip: readonly Calendar[];
}

const minute = 60_000;
const day = 1_440 * minute;
const everyDay = range(1, 31);
const everyWeekday = range(0, 6);

/**
 * The calendars that say what a timetable says; `undefined` when there are none: where no cron decides, where the last day, last
 * weekday or nearest working day of a month is meant, or where a slot falls into the hours that a zone's clocks skip or repeat,
 * which engines read differently. With several crons and an interval, runs without `catchup` pass slots over, by the clock.
 */
export function calendarsOf(timetable: Timetable, catchup = false): CalendarSet | undefined {
  switch (timetable.kind) {
    case 'cron_data_interval':
    case 'cron_trigger':
    case 'cron_partition':
      return cronCalendars(timetable);
    case 'multiple_cron_trigger': {
      const { months, ms } = timetable.interval;
      if (!catchup && months + ms > 0 && timetable.expressions.length > 1) return undefined;
      const sets = cronTriggersOf(timetable).map(cronCalendars);
      const [first] = sets;
      // Each set has its own zone: UTC is enough for some.
      if (first === undefined || sets.some((set) => set?.timezone !== first.timezone)) return undefined;
      return {
        timezone: first.timezone,
        calendars: sets.flatMap((set) => set?.calendars ?? []),
        skip: sets.flatMap((set) => set?.skip ?? []),
      };
    }
    case 'delta_data_interval':
    case 'delta_trigger':
    case 'once':
    case 'continuous':
    case 'events':
    case 'custom':
    default:
      return undefined;
  }
}

function cronCalendars(zoned: ZonedCron): CalendarSet | undefined {
  const cron = cronOf(zoned);
  const { timezone } = zoned;
  if (cron.nearestWeekday !== null) return undefined;
  if (cron.lastDay || cron.nthWeekdays.some(({ nth }) => nth === 'last')) return undefined;
  const plain = { timezone, calendars: calendarsIn(cron), skip: [] };
  if (timezone === 'UTC') return plain;
  const changes = clockChanges(timezone);
  if (changes.length === 0) return plain;
  if (cron.everyHour) {
    const allDays = cron.anyDay && cron.anyWeekday && cron.months.length === 12;
    const wholeHours = changes.every(({ before, after }) => before % 60 === 0 && after % 60 === 0);
    return allDays && wholeHours ? { ...plain, timezone: 'UTC' } : undefined;
  }
  if (changes.some((change) => touches(cron, change))) return undefined;
  const echoing = changes.filter(({ from, to, before, after }) => {
    return after < before && touches(cron, { from: 2 * from - to, to: from });
  });
  return { ...plain, skip: echoing.flatMap(repeatedHours) };
}

/** All of the wall time that a zone's clocks show twice, hour by hour. */
function repeatedHours({ from, to }: ClockChange): readonly Calendar[] {
  const hours = range(Math.floor(from / 60), Math.ceil(to / 60) - 1);
  return hours.map((hour) => {
    const at = new Date(hour * 60 * minute);
    return {
      second: range(0, 59),
      minute: range(Math.max(from - hour * 60, 0), Math.min(to - hour * 60, 60) - 1),
      hour: [at.getUTCHours()],
      dayOfMonth: [at.getUTCDate()],
      month: [at.getUTCMonth() + 1],
      dayOfWeek: everyWeekday,
      year: [at.getUTCFullYear()],
    };
  });
}

/** Calendars of single instants, for a timetable that {@link calendarsOf} has none for. */
export function instantCalendars(instants: readonly number[]): CalendarSet {
  const calendars = instants.map((instant) => {
    const at = new Date(instant);
    return {
      second: [at.getUTCSeconds()],
      minute: [at.getUTCMinutes()],
      hour: [at.getUTCHours()],
      dayOfMonth: [at.getUTCDate()],
      month: [at.getUTCMonth() + 1],
      dayOfWeek: everyWeekday,
      year: [at.getUTCFullYear()],
    };
  });
  return { timezone: 'UTC', calendars, skip: [] };
}

function calendarsIn(cron: Cron): readonly Calendar[] {
  const { seconds, minutes, hours, months } = cron;
  const time = { second: seconds, minute: minutes, hour: hours, month: months };
  const byDay = { ...time, dayOfMonth: cron.days, dayOfWeek: everyWeekday };
  const byWeekday = [
    ...(cron.weekdays.length > 0 ? [{ ...time, dayOfMonth: everyDay, dayOfWeek: cron.weekdays }] : []),
    // The n-th Friday is the Friday among the seven days that it can fall on.
    ...cron.nthWeekdays.flatMap(({ weekday, nth }) =>
      nth === 'last' ? [] : [{ ...time, dayOfMonth: range(7 * nth - 6, Math.min(7 * nth, 31)), dayOfWeek: [weekday] }],
    ),
  ];
  // Beside the n-th weekday of a month a day of the month says nothing.
  if (cron.nthWeekdays.length > 0) return byWeekday;
  if (cron.anyDay && cron.anyWeekday) return [{ ...time, dayOfMonth: everyDay, dayOfWeek: everyWeekday }];
  if (cron.anyDay) return byWeekday;
  if (cron.anyWeekday) return [byDay];
  // Either will do, and a moment that two calendars name is one slot.
  return [byDay, ...byWeekday];
}

/** A stretch of wall time that a zone's clocks skipped or showed twice. Minutes; offsets from UTC before and after. */
interface ClockChange {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly after: number;
}

/** Years looked at: rules of the past, which may return, and all that the zone database foretells. */
const years = { first: 2012, last: 2037 };

/** No two changes of a zone are nearer to each other than this: the nearest are Morocco's, around Ramadan. */
const week = 7 * day;
const known = new Map<string, readonly ClockChange[]>();

function clockChanges(timezone: string): readonly ClockChange[] {
  const before = known.get(timezone);
  if (before !== undefined) return before;
  const found: ClockChange[] = [];
  const end = Date.UTC(years.last, 11, 31);
  let at = Date.UTC(years.first, 0, 1);
  for (let offset = zoneOffset(at, timezone); at < end; at += week) {
    const next = zoneOffset(at + week, timezone);
    if (next !== offset) found.push(changeBetween(timezone, at, at + week));
    offset = next;
  }
  known.set(timezone, found);
  return found;
}

function changeBetween(timezone: string, start: number, end: number): ClockChange {
  let [low, high] = [start, end];
  const before = zoneOffset(start, timezone);
  while (high - low > minute) {
    const middle = low + Math.floor((high - low) / 2 / minute) * minute;
    if (zoneOffset(middle, timezone) === before) low = middle;
    else high = middle;
  }
  const after = wallTime(high, timezone) - high;
  const from = high + Math.min(before, after);
  return {
    from: from / minute,
    to: (high + Math.max(before, after)) / minute,
    before: before / minute,
    after: after / minute,
  };
}

function touches({ hours, minutes }: Cron, { from, to }: Pick<ClockChange, 'from' | 'to'>): boolean {
  return hours.some((hour) =>
    minutes.some((at) => {
      const slot = hour * 60 + at;
      // The first time of day of the slot at or after the change's start.
      const next = Math.floor(from / 1_440) * 1_440 + slot;
      return (next >= from ? next : next + 1_440) < to;
    }),
  );
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
