import type { PlannedRun, TimingRules } from './timing.ts';

/** A run of a timetable of one's own. */
export interface CustomRun {
  /** The moment from which it may start; whole seconds. */
  readonly runAfter: Date;
  /** The data interval that it is about; `runAfter` itself where it is left out. */
  readonly start?: Date;
  readonly end?: Date;
}

/** A timetable of one's own: Airflow's Timetable classes that plugins bring. */
export interface Custom {
  readonly kind: 'custom';
  /** What people see, and what stands for the functions in a definition's hash. */
  readonly name: string;
  readonly next: (after: Date) => CustomRun | null;
  readonly infer: ((at: Date) => { readonly start: Date; readonly end: Date }) | null;
}

/** What {@link customTimetable} may be told beside the runs. */
export interface CustomOptions {
  /** The data interval of a run that somebody starts; the moment of its start where it is left out. */
  readonly inferInterval?: (at: Date) => { readonly start: Date; readonly end: Date };
}

/**
 * A timetable of one's own: `next` gives the first run that is due after a moment, exclusive, or `null` when there are no more.
 * It must be pure (no clock, no environment) and go forward; it is asked in workflows, scripts and tests alike.
 *
 * @example customTimetable('hourly in office hours', (after) => ({ runAfter: nextOfficeHour(after) }))
 */
export function customTimetable(name: string, next: Custom['next'], options: CustomOptions = {}): Custom {
  return { kind: 'custom', name, next, infer: options.inferInterval ?? null };
}

/** Without catchup the first run is one to come, and after an outage only the newest that was missed is run. */
export const customRules: TimingRules<Custom> = {
  problem(timetable) {
    if (timetable.name.trim() === '') return 'customTimetable has no name: say in words when it runs';
    try {
      let run = runFrom(timetable, probe);
      for (let asked = 0; asked < probes && run !== undefined; asked++) run = runFrom(timetable, run.runAfter);
      return undefined;
    } catch (error) {
      return error instanceof CustomTimetableError
        ? error.message
        : `customTimetable '${timetable.name}' fails when it is asked for a run (${String(error)})`;
    }
  },
  nextRun(timetable, last, { earliest, latest, catchup }, now) {
    const begin = catchup ? (earliest ?? now) : Math.max(earliest ?? now, now);
    const run = runFrom(timetable, last === null ? begin - 1 : last.runAfter, earliest);
    if (run === undefined || (latest !== null && run.start > latest)) return undefined;
    return catchup ? run : newestDue(timetable, run, latest, now);
  },
  inferInterval({ infer }, instant) {
    if (infer === null) return { start: instant, end: instant };
    const { start, end } = infer(new Date(instant));
    return { start: start.getTime(), end: end.getTime() };
  },
  slotInterval(timetable, instant) {
    const run = runFrom(timetable, instant - 1);
    return run?.runAfter === instant ? { start: run.start, end: run.end } : undefined;
  },
};

/** Where a definition's check begins to ask; any moment would do, if it is always the same. */
const probe = Date.UTC(2026, 0, 1);
const probes = 10;

class CustomTimetableError extends Error {
  constructor(name: string, what: string) {
    super(`customTimetable '${name}' ${what}`);
    this.name = 'CustomTimetableError';
  }
}

/** The last of a run and those after it that is due by now; the run itself when it is still to come. */
function newestDue(timetable: Custom, first: PlannedRun, latest: number | null, now: number): PlannedRun {
  for (let run = first; ;) {
    const later = runFrom(timetable, run.runAfter);
    if (later === undefined || later.runAfter > now || (latest !== null && later.start > latest)) return run;
    run = later;
  }
}

/** The first run after a moment that is not about a time before the earliest. */
function runFrom(timetable: Custom, after: number, earliest: number | null = null): PlannedRun | undefined {
  for (let at = after; ;) {
    const asked = timetable.next(new Date(at));
    if (asked === null) return undefined;
    const run = plannedRun(timetable.name, asked, at);
    if (earliest === null || run.start >= earliest) return run;
    at = run.runAfter;
  }
}

function plannedRun(name: string, asked: CustomRun, after: number): PlannedRun {
  const runAfter = asked.runAfter.getTime();
  const start = (asked.start ?? asked.runAfter).getTime();
  const end = (asked.end ?? asked.runAfter).getTime();
  const asks = `says ${isoOf(runAfter)} after ${isoOf(after)}`;
  if (!(runAfter > after)) throw new CustomTimetableError(name, `${asks}: next() must go forward`);
  if (runAfter % 1_000 !== 0) throw new CustomTimetableError(name, `${asks}: write whole seconds`);
  if (!(start <= end)) throw new CustomTimetableError(name, `${asks}, about an interval whose end is before its start`);
  return { start, end, runAfter };
}

function isoOf(instant: number): string {
  return Number.isNaN(instant) ? 'no date' : new Date(instant).toISOString();
}
