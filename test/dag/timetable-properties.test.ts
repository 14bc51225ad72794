import fc from 'fast-check';
import type { DeltaText } from '../../dag/timetables/delta.ts';
import {
  cron,
  cronTrigger,
  delta,
  deltaTrigger,
  events,
  multipleCronTrigger,
  nextRun,
  upcomingRuns,
  type Timetable,
} from '../../dag/timetable.ts';
import { instantOf, wallTime } from '../../dag/zone.ts';
import { officeHours } from './office-hours.ts';

describe('in any zone and year', () => {
  const crons = [
    '@daily',
    '@hourly',
    '30 2 * * *',
    '15 1,13 * * 1-5',
    '0 0 1 * *',
    '*/15 * * * *',
    '0 */2 * * *',
    '0 9 15W * *',
  ];
  const zones = ['UTC', 'Europe/London', 'America/New_York', 'Asia/Kolkata', 'Africa/Cairo', 'Australia/Lord_Howe'];
  const instants = fc.integer({ min: Date.UTC(2012, 0) / 1_000, max: Date.UTC(2030, 0) / 1_000 }).map((s) => s * 1_000);
  const anyCron = fc.constantFrom(...crons);
  const zoned = fc.constantFrom(...zones).map((timezone) => ({ timezone }));
  const lengths = fc.constantFrom<DeltaText>(
    '37 minutes',
    '6 hours',
    { days: 1 },
    { months: 1 },
    { years: 1, days: 3 },
  );
  const intervals = fc.constantFrom({}, { interval: '1 hour' } as const);
  const timetables: fc.Arbitrary<Timetable> = fc.oneof(
    fc.tuple(anyCron, zoned).map(([expression, options]) => cron(expression, options)),
    fc.tuple(anyCron, zoned, intervals).map(([one, options, more]) => cronTrigger(one, { ...options, ...more })),
    fc.tuple(anyCron, anyCron, zoned).map(([one, other, options]) => multipleCronTrigger([one, other], options)),
    lengths.map((length) => delta(length)),
    fc.tuple(lengths, intervals).map(([length, options]) => deltaTrigger(length, options)),
    fc.array(instants, { minLength: 1 }).map((dates) => events(dates.map((date) => new Date(date)))),
    fc.constant(officeHours),
  );
  test('runs go forward, and intervals of a data-interval timetable tile', () => {
    fc.assert(
      fc.property(timetables, instants, fc.boolean(), (timetable, earliest, catchup) => {
        const runs = upcomingRuns(timetable, null, { earliest, latest: null, catchup }, earliest, 12);
        const tiled = timetable.kind.endsWith('_data_interval');
        const wrong = runs.filter((run, index) => {
          const before = runs[index - 1];
          const forward = run.start <= run.end && run.runAfter > (before?.runAfter ?? Number.NEGATIVE_INFINITY);
          return !forward || (tiled && run.start !== (before?.end ?? Math.max(run.start, earliest)));
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('with catchup the clock decides nothing; without it one run makes up for those that were missed', () => {
    fc.assert(
      fc.property(timetables, instants, fc.nat(400 * 24 * 3_600), (timetable, earliest, seconds) => {
        const clock = earliest + seconds * 1_000;
        const caughtUp = { earliest, latest: null, catchup: true };
        const onTime = upcomingRuns(timetable, null, caughtUp, earliest, 8);
        expect(upcomingRuns(timetable, null, caughtUp, clock, 8)).toEqual(onTime);
        const [last] = onTime;
        fc.pre(last !== undefined && last.runAfter <= clock);
        const next = nextRun(timetable, last, { ...caughtUp, catchup: false }, clock);
        fc.pre(next !== undefined);
        expect(next.runAfter).toBeGreaterThan(last.runAfter);
        // By the next run that is not due yet none is left out: it comes straight after what was made up for, or after the last.
        const after = next.runAfter > clock ? next : nextRun(timetable, next, caughtUp, clock);
        expect(after?.runAfter ?? Number.POSITIVE_INFINITY).toBeGreaterThan(clock);
      }),
      { numRuns: 300 },
    );
  });

  test('clocks are read and the instant is found again', () => {
    const zonesOnly = ['UTC', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia'];
    fc.assert(
      fc.property(fc.constantFrom(...zonesOnly), fc.integer({ min: 0, max: Date.UTC(2035, 0) }), (zone, instant) => {
        const again = instantOf(wallTime(instant, zone), zone);
        expect(wallTime(again, zone)).toBe(wallTime(instant, zone));
        expect(again).toBeGreaterThanOrEqual(instant);
      }),
    );
  });
});
