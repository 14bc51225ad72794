import fc from 'fast-check';
import {
  cron,
  inferInterval,
  isSlot,
  nextRun,
  nextSlot,
  previousSlot,
  timetableProblem,
  type Interval,
} from '../../dag/timetable.ts';
import { instantOf, wallTime } from '../../dag/zone.ts';
import { oracleCases } from './oracle.ts';

interface Run {
  readonly logical_date: string;
  readonly start: string;
  readonly end: string;
  readonly run_after: string;
}

interface TimeCase {
  readonly id: number;
  readonly timetable: { readonly type: string; readonly cron: string };
  readonly timezone: string;
  readonly start_date: string | null;
  readonly end_date: string | null;
  readonly catchup: boolean;
  readonly now: string;
  readonly want: number;
  readonly outage?: { readonly after_runs: number };
  readonly expected: {
    readonly runs?: readonly Run[];
    readonly error?: string;
    readonly manual_interval_at_now?: { readonly start: string; readonly end: string };
    readonly outage?: { readonly resume: string; readonly reparsed_first: readonly Run[] };
  };
}

const iso = (instant: number): string => new Date(instant).toISOString().replace('.000Z', 'Z');
const told = ({ start, end }: Interval): Run => ({
  logical_date: iso(start),
  start: iso(start),
  end: iso(end),
  run_after: iso(end),
});

function runsOf(one: TimeCase, from: { readonly now: number; readonly last: Interval | null; readonly want: number }) {
  const timetable = cron(one.timetable.cron, { timezone: one.timezone });
  const restriction = {
    earliest: one.start_date === null ? null : Date.parse(one.start_date),
    latest: one.end_date === null ? null : Date.parse(one.end_date),
    catchup: one.catchup,
  };
  let { now, last } = from;
  const runs: Interval[] = [];
  while (runs.length < from.want) {
    const next = nextRun(timetable, last, restriction, now);
    if (next === undefined) break;
    runs.push(next);
    now = Math.max(now, next.end);
    last = next;
  }
  return runs;
}

function answer(one: TimeCase): unknown {
  const timetable = cron(one.timetable.cron, { timezone: one.timezone });
  if (timetableProblem(timetable) !== undefined) return { error: true };
  const now = Date.parse(one.now);
  const runs = runsOf(one, { now, last: null, want: one.want });
  const manual = inferInterval(timetable, now);
  const common = { runs: runs.map(told), manual: { start: iso(manual.start), end: iso(manual.end) } };
  if (one.outage === undefined || one.expected.outage === undefined) return common;
  const resume = Date.parse(one.expected.outage.resume);
  const last = runs[one.outage.after_runs - 1] ?? null;
  const after = runsOf(one, { now: resume, last, want: one.expected.outage.reparsed_first.length });
  return { ...common, outage: after.map(told) };
}

function expectation({ expected }: TimeCase): unknown {
  if (expected.error !== undefined) return { error: true };
  const common = { runs: expected.runs, manual: expected.manual_interval_at_now };
  return expected.outage === undefined ? common : { ...common, outage: expected.outage.reparsed_first };
}

describe('the timetable', () => {
  const cases = oracleCases<TimeCase>('time.jsonl')?.filter(
    // AssertionError is a defect of Airflow: it gives up at a time zone whose clocks move by half an hour.
    ({ timetable, expected }) => timetable.type === 'cron_data_interval' && expected.error !== 'AssertionError',
  );

  (cases === undefined ? test.skip : test)('makes the runs that Airflow makes', () => {
    expect(cases?.length).toBeGreaterThan(100);
    const wrong = (cases ?? []).flatMap((one) => {
      const ours = answer(one);
      const theirs = expectation(one);
      return JSON.stringify(ours) === JSON.stringify(theirs)
        ? []
        : [{ one: `${one.id} ${one.timetable.cron} ${one.timezone} ${one.now}`, ours, theirs }];
    });
    expect(wrong.slice(0, 2)).toEqual([]);
  });

  test.each([
    ['@daily', 'UTC', '2026-03-05T10:00:00Z', '2026-03-06T00:00:00Z'],
    ['0 0 1-7 * 1', 'UTC', '2026-03-05T10:00:00Z', '2026-03-06T00:00:00Z'],
    ['0 0 29 2 *', 'UTC', '2026-03-05T10:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', '2026-03-08T07:00:00Z'],
    ['30 1 * * *', 'Europe/London', '2026-10-24T12:00:00Z', '2026-10-25T01:30:00Z'],
    ['0 9 * * fri-mon', 'Asia/Tokyo', '2026-11-17T12:00:00Z', '2026-11-20T00:00:00Z'],
  ])('%s in %s after %s is %s', (expression, timezone, after, expected) => {
    expect(iso(nextSlot(cron(expression, { timezone }), Date.parse(after)))).toBe(expected);
  });

  test.each([
    ['0 24 * * *', 'hour, which goes from 0 to 23'],
    ['* * * *', 'has 4 fields'],
    ['*/0 * * * *', 'a step is at least 1'],
    ['0 0 30 2 *', 'never comes'],
    ['0 0 * * 5#6', 'only #1 to #5'],
    ['@reboot', 'has 1 fields'],
    ['H H * * *', 'has h as minute'],
  ])('%s is refused with words', (expression, words) => {
    expect(timetableProblem(cron(expression))).toContain(words);
  });

  test('refuses a time zone that there is not', () => {
    expect(timetableProblem(cron('@daily', { timezone: 'Mars/Olympus' }))).toContain('Europe/London');
  });

  test('has slots that agree forwards and backwards, in any zone and year', () => {
    const crons = ['@daily', '@hourly', '30 2 * * *', '15 1,13 * * 1-5', '0 0 1 * *', '*/15 * * * *'];
    const zones = ['UTC', 'Europe/London', 'America/New_York', 'Asia/Kolkata', 'Africa/Cairo'];
    const instants = fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...crons), fc.constantFrom(...zones), instants, (expression, timezone, instant) => {
        const timetable = cron(expression, { timezone });
        const next = nextSlot(timetable, instant);
        expect(next).toBeGreaterThan(instant);
        expect(previousSlot(timetable, next + 1)).toBe(next);
        expect(isSlot(timetable, next)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('reads clocks and finds the instant again', () => {
    const zones = ['UTC', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: Date.UTC(2035, 0) }), (zone, instant) => {
        const again = instantOf(wallTime(instant, zone), zone);
        expect(wallTime(again, zone)).toBe(wallTime(instant, zone));
        expect(again).toBeGreaterThanOrEqual(instant);
      }),
    );
  });
});
