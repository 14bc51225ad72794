import { z } from 'zod';
import {
  inferInterval,
  nextRun,
  timetableProblem,
  type PlannedRun,
  type Restriction,
  type Timetable,
} from '../../dag/timetable.ts';
import { recordedTimetable, timetableOf } from './recorded-timetable.ts';

const interval = z.object({ start: z.string(), end: z.string() });
const recordedRuns = z.array(z.object({ ...interval.shape, logical_date: z.string(), run_after: z.string() }));
type RecordedRuns = z.output<typeof recordedRuns>;

const timeCase = z.object({
  timetable: recordedTimetable,
  timezone: z.string(),
  start_date: z.string().nullable(),
  end_date: z.string().nullable(),
  catchup: z.boolean(),
  now: z.string(),
  want: z.number(),
  outage: z.object({ after_runs: z.number() }).optional(),
  expected: z.object({
    runs: recordedRuns.optional(),
    error: z.string().optional(),
    message: z.string().optional(),
    manual_interval_at_now: interval.nullish(),
    outage: z
      .object({
        before: recordedRuns,
        resume: z.string(),
        stored_first: recordedRuns,
        reparsed_first: recordedRuns,
      })
      .optional(),
  }),
});
type TimeCase = z.output<typeof timeCase>;

/**
 * Where Airflow stumbles over itself: it asserts that clocks never move by half an hour, and gives up where the last run's end,
 * aligned to the schedule, is no later than its start, as may be in an hour that clocks repeat.
 */
function isAirflowsDefect({ error, message = '' }: TimeCase['expected']): boolean {
  return error === 'AssertionError' || (error === 'ValueError' && message.includes('did not advance'));
}

/** Holds the timetables to one case of Airflow's (`time.jsonl`); the difference in words, `undefined` when there is none. */
export function timeDifference(recorded: unknown): string | undefined {
  const one = timeCase.parse(recorded);
  const { expected } = one;
  const timetable = timetableOf(one.timetable, one.timezone);
  if (timetable === null) return 'has no timetable, and so nothing to compare';
  const problem = timetableProblem(timetable);
  if (isAirflowsDefect(expected)) return problem ?? aheadDifference(timetable, one);
  if (expected.error !== undefined) {
    return problem === undefined ? `is accepted, should be refused (${expected.error})` : undefined;
  }
  if (problem !== undefined) return `is refused: ${problem}`;
  const now = Date.parse(one.now);
  const runs = runsFrom(timetable, one, null, now, one.want);
  return (
    runsDifference('run', runs, expected.runs ?? []) ??
    manualDifference(timetable, now, expected.manual_interval_at_now) ??
    outageDifference(timetable, one, runs)
  );
}

/** What a scheduler makes whose clock stands at `now`, and jumps to where the next run is due. */
function runsFrom(
  timetable: Timetable,
  one: TimeCase,
  last: PlannedRun | null,
  now: number,
  want: number,
): readonly PlannedRun[] {
  const restriction: Restriction = {
    earliest: one.start_date === null ? null : Date.parse(one.start_date),
    latest: one.end_date === null ? null : Date.parse(one.end_date),
    catchup: one.catchup,
  };
  const runs: PlannedRun[] = [];
  for (let [before, clock] = [last, now]; runs.length < want;) {
    const run = nextRun(timetable, before, restriction, clock);
    if (run === undefined) break;
    runs.push(run);
    before = run;
    clock = Math.max(clock, run.runAfter);
  }
  return runs;
}

function outageDifference(timetable: Timetable, one: TimeCase, runs: readonly PlannedRun[]): string | undefined {
  const { outage } = one.expected;
  if (outage === undefined || one.outage === undefined) return undefined;
  const { after_runs: made } = one.outage;
  const last = runs[made - 1] ?? null;
  const resume = Date.parse(outage.resume);
  // The run after the last one was decided when that one was made, and waited in the database.
  const stored = runs.slice(made, made + 1);
  const [first] = stored;
  const rest = outage.stored_first.length - stored.length;
  const afterStored =
    first === undefined ? [] : runsFrom(timetable, one, first, Math.max(resume, first.runAfter), rest);
  const reparsed = runsFrom(timetable, one, last, resume, outage.reparsed_first.length);
  return (
    runsDifference('run before the outage', runs.slice(0, made), outage.before) ??
    runsDifference('run after the outage, stored first', [...stored, ...afterStored], outage.stored_first) ??
    runsDifference('run after the outage, decided anew', reparsed, outage.reparsed_first)
  );
}

function runsDifference(what: string, ours: readonly PlannedRun[], theirs: RecordedRuns): string | undefined {
  for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
    const our = runText(ours[at]);
    const their = theirs[at];
    const expected =
      their === undefined
        ? 'none'
        : `${instantText(their.start)} to ${instantText(their.end)}, due ${instantText(their.run_after)}`;
    if (our !== expected) return `${what} ${at + 1} is ${our}, in Airflow ${expected}`;
  }
  return undefined;
}

function manualDifference(
  timetable: Timetable,
  now: number,
  expected: z.output<typeof interval> | null | undefined,
): string | undefined {
  if (expected === undefined || expected === null) return undefined;
  const { start, end } = inferInterval(timetable, now);
  const [ours, theirs] = [
    `${instantText(start)} to ${instantText(end)}`,
    `${instantText(expected.start)} to ${instantText(expected.end)}`,
  ];
  return ours === theirs ? undefined : `a manual run is about ${ours}, in Airflow about ${theirs}`;
}

/** Where Airflow gives up there is no answer to compare with: every run that is wanted is made, each later than the last. */
function aheadDifference(timetable: Timetable, one: TimeCase): string | undefined {
  const runs = runsFrom(timetable, one, null, Date.parse(one.now), one.want);
  const ascends = runs.every(({ runAfter }, at) => runAfter > (runs[at - 1]?.runAfter ?? Number.NEGATIVE_INFINITY));
  const whole = runs.length === one.want || one.end_date !== null;
  return ascends && whole ? undefined : 'loses or repeats a run where Airflow itself gives up';
}

function runText(run: PlannedRun | undefined): string {
  if (run === undefined) return 'none';
  return `${instantText(run.start)} to ${instantText(run.end)}, due ${instantText(run.runAfter)}`;
}

function instantText(instant: number | string): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}
