import { nextWall, previousWall } from './cron-search.ts';
import { CronError, parseCron, type Cron } from './cron.ts';
import { instantOf, isTimezone, wallTime } from './zone.ts';

/**
 * Runs at the slots of a cron, each about the time since the slot before: Airflow's CronDataIntervalTimetable, which a bare
 * cron meant in Airflow 2. The run of a day starts when the day is over.
 */
export interface CronDataInterval {
  readonly kind: 'cron_data_interval';
  /** As it was written: a preset or five fields. */
  readonly expression: string;
  /** IANA name. The cron is read on this zone's clocks. */
  readonly timezone: string;
}

/** When a DAG runs by itself. */
export type Timetable = CronDataInterval;

/** Instants in epoch milliseconds. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/**
 * A data-interval timetable: five cron fields or a preset (`@hourly`, `@daily`, `@weekly`, `@monthly`, `@quarterly`,
 * `@yearly`), read on the clocks of an IANA time zone (UTC by default). What it says is checked where it is used, by the DAG.
 *
 * @example cron('30 6 * * 1-5', { timezone: 'Europe/London' })
 */
export function cron(expression: string, options: { readonly timezone?: string } = {}): Timetable {
  return { kind: 'cron_data_interval', expression, timezone: options.timezone ?? 'UTC' };
}

/** What is wrong with a timetable, in words for the end of a sentence; `undefined` when it is right. */
export function timetableProblem({ expression, timezone }: Timetable): string | undefined {
  if (!isTimezone(timezone)) return `time zone ${timezone} is not in the IANA database; write one like Europe/London`;
  try {
    parseCron(expression);
    return undefined;
  } catch (error) {
    if (error instanceof CronError) return `cron ${expression} ${error.message}`;
    throw error;
  }
}

/** First slot after an instant, exclusive. */
export function nextSlot(timetable: Timetable, after: number): number {
  const read = cronOf(timetable);
  const wall = wallTime(after, timetable.timezone);
  const next = nextWall(read, wall);
  // A cron of every hour goes by elapsed time, so that it does not miss or repeat an hour when the clocks change.
  return read.everyHour ? after + (next - wall) : instantOf(next, timetable.timezone);
}

/** Last slot before an instant, exclusive. */
export function previousSlot(timetable: Timetable, before: number): number {
  const read = cronOf(timetable);
  const wall = wallTime(before, timetable.timezone);
  const previous = previousWall(read, wall);
  return read.everyHour ? before - (wall - previous) : instantOf(previous, timetable.timezone);
}

/** The instant itself when it is a slot, else the last slot before it. */
function slotAtOrBefore(timetable: Timetable, instant: number): number {
  const previous = previousSlot(timetable, instant);
  return nextSlot(timetable, previous) === instant ? instant : previous;
}

/** The instant itself when it is a slot, else the first slot after it. */
function slotAtOrAfter(timetable: Timetable, instant: number): number {
  const next = nextSlot(timetable, instant);
  return previousSlot(timetable, next) === instant ? instant : next;
}

/** The first slots after an instant, ascending. */
export function upcomingSlots(timetable: Timetable, after: number, count: number): readonly number[] {
  const slots: number[] = [];
  for (let at = after; slots.length < count;) {
    at = nextSlot(timetable, at);
    slots.push(at);
  }
  return slots;
}

/** An instant to measure timetables from, so that the same one always measures the same. */
const measuringPoint = Date.UTC(2026, 0, 1);
const measuredSlots = 1_000;
const measuredTime = 8 * 366 * 86_400_000;

/** The longest time between two neighbouring slots, in milliseconds, found by looking at some years of them. */
export function longestGap(timetable: Timetable): number {
  let at = nextSlot(timetable, measuringPoint);
  let longest = 0;
  for (let seen = 0; seen < measuredSlots && (seen === 0 || at - measuringPoint < measuredTime); seen++) {
    const next = nextSlot(timetable, at);
    longest = Math.max(longest, next - at);
    at = next;
  }
  return longest;
}

/** Whether the timetable has a slot at this instant. */
export function isSlot(timetable: Timetable, instant: number): boolean {
  return slotAtOrBefore(timetable, instant) === instant;
}

/** The data interval of the run that a slot starts: it ends there. */
export function intervalOfSlot(timetable: Timetable, slot: number): Interval {
  return { start: previousSlot(timetable, slot), end: slot };
}

/** The data interval of a run that somebody starts at an instant: the last one that is over, as Airflow infers it. */
export function inferInterval(timetable: Timetable, instant: number): Interval {
  const end = slotAtOrBefore(timetable, instant);
  return { start: previousSlot(timetable, end), end };
}

/** What bounds the automatic runs of a DAG. Instants in epoch milliseconds. */
export interface Restriction {
  readonly earliest: number | null;
  readonly latest: number | null;
  readonly catchup: boolean;
}

/**
 * The next automatic run after the last one, as Airflow's scheduler would make it at `now`; it is due at the interval's end.
 * Without catchup only the newest interval that is over is made, however many were missed. `undefined`: there is none.
 */
export function nextRun(
  timetable: Timetable,
  last: Interval | null,
  restriction: Restriction,
  now: number,
): Interval | undefined {
  const earliest = earliestStart(timetable, restriction, now);
  const start =
    last === null ? earliest : Math.max(slotAtOrBefore(timetable, last.end), earliest ?? Number.NEGATIVE_INFINITY);
  if (start === null || (restriction.latest !== null && start > restriction.latest)) return undefined;
  return { start, end: nextSlot(timetable, start) };
}

function earliestStart(timetable: Timetable, { earliest, catchup }: Restriction, now: number): number | null {
  const bound = earliest === null ? null : slotAtOrAfter(timetable, earliest);
  if (catchup) return bound;
  const last = previousSlot(timetable, now);
  const newest = nextSlot(timetable, last) === now ? last : previousSlot(timetable, last);
  return Math.max(newest, bound ?? Number.NEGATIVE_INFINITY);
}

/** Crons are read again and again while a schedule is planned. */
const read = new Map<string, Cron>();

/** The cron of a timetable that was checked. */
export function cronOf({ expression }: Timetable): Cron {
  let found = read.get(expression);
  if (found === undefined) {
    found = parseCron(expression);
    read.set(expression, found);
  }
  return found;
}
