import fc from 'fast-check';
import { define } from './define.ts';
import { slotBefore } from '../../dag/slot-before.ts';
import {
  continuous,
  cron,
  cronTrigger,
  delta,
  events,
  multipleCronTrigger,
  once,
  upcomingRuns,
} from '../../dag/timetable.ts';

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
