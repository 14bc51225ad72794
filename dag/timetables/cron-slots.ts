import { CronError } from '../cron-field.ts';
import { checkComes, nextWall, previousWall } from '../cron-search.ts';
import { parseCron, type Cron } from '../cron.ts';
import { instantOf, isTimezone, wallTime } from '../zone.ts';

/** A cron on the clocks of a zone (IANA name). */
export interface ZonedCron {
  /** As it was written: a preset or five fields. */
  readonly expression: string;
  readonly timezone: string;
}

/** What is wrong with it, in words for the end of a sentence; `undefined` when it is right. */
export function cronProblem({ expression, timezone }: ZonedCron): string | undefined {
  if (!isTimezone(timezone)) return `time zone ${timezone} is not in the IANA database; write one like Europe/London`;
  try {
    checkComes(parseCron(expression));
    return undefined;
  } catch (error) {
    if (error instanceof CronError) return `cron ${expression} ${error.message}`;
    throw error;
  }
}

/** Crons are read again and again while a schedule is planned. */
const read = new Map<string, Cron>();

/** The cron of a timetable that was checked. */
export function cronOf({ expression }: ZonedCron): Cron {
  let found = read.get(expression);
  if (found === undefined) {
    found = parseCron(expression);
    read.set(expression, found);
  }
  return found;
}

/** First slot after an instant, exclusive. */
export function nextSlot(zoned: ZonedCron, after: number): number {
  const cron = cronOf(zoned);
  const wall = wallTime(after, zoned.timezone);
  const next = nextWall(cron, wall);
  // A cron of every hour goes by elapsed time, so that it does not miss or repeat an hour when the clocks change.
  return cron.everyHour ? after + (next - wall) : instantOf(next, zoned.timezone);
}

/** Last slot before an instant, exclusive. */
export function previousSlot(zoned: ZonedCron, before: number): number {
  const cron = cronOf(zoned);
  const wall = wallTime(before, zoned.timezone);
  const previous = previousWall(cron, wall);
  return cron.everyHour ? before - (wall - previous) : instantOf(previous, zoned.timezone);
}

/** The instant itself when it is a slot, else the last slot before it. */
export function slotAtOrBefore(zoned: ZonedCron, instant: number): number {
  const previous = previousSlot(zoned, instant);
  return nextSlot(zoned, previous) === instant ? instant : previous;
}

/** The instant itself when it is a slot, else the first slot after it. */
export function slotAtOrAfter(zoned: ZonedCron, instant: number): number {
  const next = nextSlot(zoned, instant);
  return previousSlot(zoned, next) === instant ? instant : next;
}
