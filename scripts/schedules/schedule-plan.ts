import { ScheduleOverlapPolicy, type CalendarSpec, type ScheduleSpec } from '@temporalio/client';
import { instantCalendars, type Calendar } from '../../dag/calendar.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { firingPlan, type FiringPlan } from '../../dag/firing-plan.ts';
import { restrictionOf } from '../../dag/run-identity.ts';
import { longestGap, nextRun, type PlannedRun, type Timetable } from '../../dag/timetable.ts';
import { roleQueue } from '../../workers/roles.ts';

/** What the Schedule of a DAG is to be. Its id, and the stem of its runs' ids, is the DAG's. */
export interface SchedulePlan {
  readonly dagId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly timezone: string;
  readonly calendars: readonly Calendar[];
  /** Moments that are none, whatever the calendars say. */
  readonly skip: readonly Calendar[];
  /** A moment every so often since 1970, beside the calendars; milliseconds. */
  readonly intervals: readonly { readonly every: number; readonly offset: number }[];
  /** First and last moment, inclusive; `null`: no bound. */
  readonly startAt: Date | null;
  readonly endAt: Date | null;
  readonly overlap: typeof ScheduleOverlapPolicy.ALLOW_ALL;
  /** Milliseconds. */
  readonly catchupWindow: number;
  /** Whether the DAG is paused where nobody has seen it before. */
  readonly isPausedUponCreation: boolean;
  /** What runs are given; `null`: what the Schedule that is there gives them. */
  readonly args: readonly unknown[] | null;
  /** What the Temporal UI says of a run; may be empty. */
  readonly summary: string;
  /** Last moment that the Schedule knows of, where no calendar is exactly the timetable; `null`: it goes on for ever. */
  readonly knownUntil: Date | null;
}

/** Moments that a Schedule is given where no calendar is exactly its timetable. */
const instants = 200;

/** What `catchup: true` asks for: every slot, however long the server was away. */
const everything = 10 * 365 * 86_400_000;

/** The least that a Temporal server takes. */
const leastCatchup = 10_000;

/**
 * The Schedule that a DAG should have; `undefined` for one without a timetable, or whose runs follow each other without a pause. `now` matters only where the slots must be
 * named one by one.
 */
export function planSchedule(
  definition: DagDefinition,
  taskQueue: string,
  now: Date,
  args: SchedulePlan['args'] = [],
): SchedulePlan | undefined {
  const { id, timetable, catchup, description } = definition;
  if (timetable === null || timetable.kind === 'continuous') return undefined;
  const firings = firingPlan(definition, lastDue(definition, now.getTime()), now.getTime(), instants);
  if (firings === undefined) return undefined;
  return {
    dagId: id,
    workflowType: id,
    taskQueue: roleQueue(taskQueue, 'orchestration'),
    ...momentsOf(firings, now.getTime()),
    overlap: ScheduleOverlapPolicy.ALLOW_ALL,
    catchupWindow: catchup ? everything : oneInterval(timetable),
    isPausedUponCreation: definition.isPausedUponCreation === true,
    args,
    summary: description,
  };
}

/**
 * The last run of a DAG with catchup that is due by now, from which its next ones follow; `null` without catchup, which only asks what is
 * next.
 */
function lastDue(definition: DagDefinition, now: number): PlannedRun | null {
  const { timetable, catchup } = definition;
  if (timetable === null || !catchup) return null;
  const restriction = restrictionOf(definition);
  for (let last: PlannedRun | null = null; ;) {
    const run: PlannedRun | undefined = nextRun(timetable, last, restriction, now);
    if (run === undefined || run.runAfter > now) return last;
    last = run;
  }
}

type Moments = Pick<SchedulePlan, 'timezone' | 'calendars' | 'skip' | 'intervals' | 'startAt' | 'endAt' | 'knownUntil'>;

function momentsOf(firings: FiringPlan, now: number): Moments {
  const endless = {
    timezone: 'UTC',
    calendars: [],
    skip: [],
    intervals: [],
    startAt: null,
    endAt: null,
    knownUntil: null,
  };
  if (firings.kind === 'instants') {
    const ahead = firings.runs.map(({ runAfter }) => runAfter).filter((moment) => moment > now);
    const last = ahead.at(-1);
    const knownUntil = firings.complete || last === undefined ? null : new Date(last);
    return { ...endless, ...instantCalendars(ahead), knownUntil };
  }
  const bounds = { startAt: dateOf(firings.from), endAt: dateOf(firings.until) };
  if (firings.kind === 'interval') {
    return { ...endless, ...bounds, intervals: [{ every: firings.every, offset: firings.phase }] };
  }
  const { timezone, calendars, skip } = firings;
  return { ...endless, ...bounds, timezone, calendars, skip };
}

function dateOf(moment: number | null): Date | null {
  return moment === null ? null : new Date(moment);
}

/**
 * Without catchup Airflow makes up for the newest interval alone. A window of one interval does the same after an outage:
 * only the newest slot is as near as that. Where intervals differ in length the longest decides, since no slot may be lost.
 */
function oneInterval(timetable: Timetable): number {
  return Math.max(longestGap(timetable), leastCatchup);
}

/** The plan's moments as the client wants them. */
export function scheduleSpec({ timezone, calendars, skip, intervals, startAt, endAt }: SchedulePlan): ScheduleSpec {
  return {
    timezone,
    calendars: calendars.map(calendarSpec),
    skip: skip.map(calendarSpec),
    intervals: [...intervals],
    ...(startAt !== null && { startAt }),
    ...(endAt !== null && { endAt }),
  };
}

function calendarSpec({ second, minute, hour, dayOfMonth, month, dayOfWeek, year }: Calendar): CalendarSpec {
  // The type wants month and day names that it knows; these are looked up by checked numbers.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return {
    second: ranges(second),
    minute: ranges(minute),
    hour: ranges(hour),
    dayOfMonth: ranges(dayOfMonth),
    month: ranges(month).map(({ start, end }) => ({ start: monthNames[start - 1], end: monthNames[end - 1] })),
    dayOfWeek: ranges(dayOfWeek).map(({ start, end }) => ({ start: dayNames[start], end: dayNames[end] })),
    ...(year !== undefined && { year: ranges(year) }),
  } as CalendarSpec;
}

const monthNames = 'JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'.split(' ');
const dayNames = 'SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY'.split(' ');

/** Neighbouring numbers as ranges: a server keeps a calendar as short as it is written. */
function ranges(values: readonly number[]): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last !== undefined && last.end + 1 === value) last.end = value;
    else found.push({ start: value, end: value });
  }
  return found;
}
