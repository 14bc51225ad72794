import { z } from 'zod';
import { cron, inferInterval, nextRun, timetableProblem, type Interval } from '../../dag/timetable.ts';

const interval = z.object({ start: z.string(), end: z.string() });

const timeCase = z.object({
  timetable: z.object({ type: z.string(), cron: z.string().optional() }),
  timezone: z.string(),
  start_date: z.string().nullable(),
  end_date: z.string().nullable(),
  catchup: z.boolean(),
  now: z.string(),
  want: z.number(),
  expected: z.object({
    runs: z.array(interval).optional(),
    error: z.string().optional(),
    manual_interval_at_now: interval.optional(),
  }),
});

/** Holds the timetables to one case of Airflow's (`time.jsonl`); the difference in words, `undefined` when there is none. */
export function timeDifference(recorded: unknown): string | undefined {
  const one = timeCase.parse(recorded);
  if (one.timetable.type !== 'cron_data_interval') return `timetable ${one.timetable.type} is not known`;
  const timetable = cron(one.timetable.cron ?? '', { timezone: one.timezone });
  const problem = timetableProblem(timetable);
  if (one.expected.error !== undefined) {
    return problem === undefined ? `should be refused (${one.expected.error})` : undefined;
  }
  if (problem !== undefined) return `is refused: ${problem}`;
  const restriction = {
    earliest: one.start_date === null ? null : Date.parse(one.start_date),
    latest: one.end_date === null ? null : Date.parse(one.end_date),
    catchup: one.catchup,
  };
  let now = Date.parse(one.now);
  let last: Interval | null = null;
  for (const [at, expected] of (one.expected.runs ?? []).entries()) {
    const run: Interval | undefined = nextRun(timetable, last, restriction, now);
    if (run?.start !== Date.parse(expected.start) || run.end !== Date.parse(expected.end)) return `run ${at} differs`;
    now = Math.max(now, run.end);
    last = run;
  }
  const manual = inferInterval(timetable, Date.parse(one.now));
  const { manual_interval_at_now: inferred } = one.expected;
  if (inferred === undefined) return undefined;
  return manual.start === Date.parse(inferred.start) && manual.end === Date.parse(inferred.end)
    ? undefined
    : 'the interval of a manual run differs';
}
