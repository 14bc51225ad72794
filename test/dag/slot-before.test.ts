import fc from 'fast-check';
import { define } from './define.ts';
import { slotBefore } from '../../dag/slot-before.ts';
import {
  continuous,
  cron,
  cronPartition,
  cronTrigger,
  delta,
  events,
  multipleCronTrigger,
  nextRun,
  once,
  upcomingRuns,
  type PlannedRun,
  type Timetable,
} from '../../dag/timetable.ts';
import { cronDataIntervalRules } from '../../dag/timetables/cron-data-interval.ts';
import { cronTriggerRules } from '../../dag/timetables/cron-trigger.ts';

const timetables = [
  cron('@daily', { timezone: 'Europe/London' }),
  cron('*/7 9-17 * * 1-5', { timezone: 'America/New_York' }),
  cron('0 6 29 2 *'),
  cronTrigger('30 2 * * *', { timezone: 'Europe/Berlin' }),
  multipleCronTrigger(['0 6 * * *', '30 18 * * 5'], { timezone: 'UTC' }),
];

test.each(timetables)('the slot before the next slot is the slot: %j', (timetable) => {
  fc.assert(
    fc.property(fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }), (from) => {
      const restriction = { earliest: from.getTime(), latest: null, catchup: true };
      const [one, two] = upcomingRuns(timetable, null, restriction, from.getTime(), 2);
      if (one === undefined || two === undefined) throw new Error('there are always two more');
      expect(slotBefore({ timetable }, two.start)).toEqual(one);
    }),
    { numRuns: 40 },
  );
});

/** What it means: one slot after the other, from some days before. */
function byWalking(timetable: Timetable, start: number, days: number): PlannedRun | undefined {
  const restriction = { earliest: start - days * 86_400_000, latest: null, catchup: true };
  let before: PlannedRun | undefined;
  for (;;) {
    const slot = nextRun(timetable, before ?? null, restriction, start);
    if (slot === undefined || slot.start >= start) return before;
    before = slot;
  }
}

test.each([
  [cron('@daily', { timezone: 'Europe/London' }), 10],
  [cron('*/7 9-17 * * 1-5', { timezone: 'America/New_York' }), 7],
  [cron('*/20 3 * 1 *'), 400],
  [cron('15,45 0-20 1,15 */3 *', { timezone: 'America/New_York' }), 100],
  [cronTrigger('30 2 * * *', { timezone: 'Europe/Berlin' }), 10],
  [cronTrigger('*/30 0-2 * 10 *', { timezone: 'Europe/Berlin', interval: '2 days' }), 400],
  [cronTrigger('0 */8 * * *', { interval: '30 days' }), 40],
  [multipleCronTrigger(['0 6 * 2 *', '30 18 * 8 5'], { timezone: 'UTC', interval: '3 hours' }), 400],
  [cronPartition('0 */6 * 5 *', { runOffset: -1 }), 400],
  [events(['2026-03-01T06:00Z', '2026-03-01T06:01Z', '2026-09-09T06:00Z']), 1_000],
])('is found as by walking from slot to slot: %j', (timetable, days) => {
  const dates = { min: new Date('2026-01-01'), max: new Date('2027-12-01'), noInvalidDate: true };
  fc.assert(
    fc.property(fc.date(dates), fc.boolean(), (date, isSlot) => {
      const restriction = { earliest: date.getTime(), latest: null, catchup: true };
      const [slot] = isSlot ? upcomingRuns(timetable, null, restriction, 0, 1) : [];
      const start = slot?.start ?? date.getTime();
      expect(slotBefore({ timetable }, start)).toEqual(byWalking(timetable, start, days));
    }),
    { numRuns: 15 },
  );
});

test.each([
  [cron('* * * 1 *'), '2026-01-01T00:00:00Z', '2025-01-31T23:59:00Z', cronDataIntervalRules],
  [cronTrigger('* * * 1 *'), '2026-01-01T00:00:00Z', '2025-01-31T23:59:00Z', cronTriggerRules],
  [cron('@daily'), '2026-01-01T00:00:00Z', '2025-12-31T00:00:00Z', cronDataIntervalRules],
])('is found without many steps: %j', (timetable, start, before, rules) => {
  const steps = jest.spyOn(rules, 'nextRun');
  try {
    expect(slotBefore({ timetable }, Date.parse(start))?.start).toBe(Date.parse(before));
    expect(steps.mock.calls.length).toBeLessThan(timetable.expression === '@daily' ? 10 : 100);
  } finally {
    steps.mockRestore();
  }
});

test('a first slot has none before it, and some timetables do not tell', () => {
  const startDate = Date.parse('2026-03-01T00:00:00Z');
  expect(slotBefore({ timetable: cron('@daily'), startDate }, startDate)).toBeUndefined();
  expect(slotBefore({ timetable: cron('@daily'), startDate }, startDate + 86_400_000)?.start).toBe(startDate);
  for (const timetable of [null, once(), continuous(), delta('1 day')])
    expect(slotBefore({ timetable }, startDate)).toBeUndefined();
  const days = ['2026-03-01T00:00:00Z', '2026-03-09T00:00:00Z'].map((text) => new Date(text));
  expect(slotBefore({ timetable: events(days) }, days[1]?.getTime() ?? 0)?.start).toBe(startDate);
});

test('who waits for what is below the run before waits for its own task there, too, as in Airflow', () => {
  const { tasks } = define(
    ({ task }) => {
      task('both', { waitForDownstream: true, run: () => 1 });
      task('past', { run: () => 1 });
      task('none', { dependsOnPast: false, run: () => 1 });
    },
    { defaultArgs: { dependsOnPast: true } },
  );
  expect(tasks.map(({ dependsOnPast, waitForDownstream }) => [dependsOnPast, waitForDownstream])).toEqual([
    [true, true],
    [true, undefined],
    [undefined, undefined],
  ]);
});
