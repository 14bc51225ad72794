import { defineDag } from '../../dag/define-dag.ts';
import { runIdentity } from '../../dag/run-identity.ts';
import { timetableText } from '../../dag/timetable-text.ts';
import {
  continuous,
  cron,
  cronTrigger,
  customTimetable,
  delta,
  deltaTrigger,
  events,
  inferInterval,
  multipleCronTrigger,
  nextRun,
  once,
  slotInterval,
  timetableProblem,
  upcomingRuns,
  type PlannedRun,
  type Restriction,
  type Timetable,
} from '../../dag/timetable.ts';
import { officeHours } from './office-hours.ts';
import { upcomingSlots } from './upcoming-slots.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString().replace('.000Z', 'Z');
const runAt = (instant: number): PlannedRun => ({ start: instant, end: instant, runAfter: instant });
const bounds = (earliest: string | null, latest: string | null = null, catchup = false): Restriction => ({
  earliest: earliest === null ? null : at(earliest),
  latest: latest === null ? null : at(latest),
  catchup,
});
describe('a cron', () => {
  test.each([
    ['@daily', 'UTC', '2026-03-05T10:00:00Z', '2026-03-06T00:00:00Z'],
    ['0 0 1-7 * 1', 'UTC', '2026-03-05T10:00:00Z', '2026-03-06T00:00:00Z'],
    ['0 0 1-31 * 1', 'UTC', '2026-03-05T10:00:00Z', '2026-03-06T00:00:00Z'],
    ['0 0 29 2 *', 'UTC', '2026-03-05T10:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 0 15W * *', 'UTC', '2026-08-01T10:00:00Z', '2026-08-14T00:00:00Z'],
    ['0 0 1W * *', 'UTC', '2026-07-31T10:00:00Z', '2026-08-03T00:00:00Z'],
    ['0 0 31W * *', 'UTC', '2026-05-01T10:00:00Z', '2026-05-29T00:00:00Z'],
    ['0 0 13 * 1#2', 'UTC', '2026-03-05T10:00:00Z', '2026-03-09T00:00:00Z'],
    ['0 0 * * L5', 'UTC', '2026-03-05T10:00:00Z', '2026-03-27T00:00:00Z'],
    ['0 0 28-L * *', 'UTC', '2026-02-27T10:00:00Z', '2026-02-28T00:00:00Z'],
    ['0 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', '2026-03-08T07:00:00Z'],
    ['30 1 * * *', 'Europe/London', '2026-10-24T12:00:00Z', '2026-10-25T01:30:00Z'],
    ['0 9 * * fri-mon', 'Asia/Tokyo', '2026-11-17T12:00:00Z', '2026-11-20T00:00:00Z'],
    ['* * * * * 30', 'UTC', '2026-03-05T10:00:31Z', '2026-03-05T10:01:30Z'],
  ])('%s in %s after %s is %s', (expression, timezone, after, expected) => {
    expect(upcomingSlots(cronTrigger(expression, { timezone }), at(after), 1).map(iso)).toEqual([expected]);
  });

  test.each([
    ['0 24 * * *', 'hour, which goes from 0 to 23'],
    ['* * * *', 'has 4 fields'],
    ['0 0 1 1 * 0 2027', 'say years by startDate and endDate'],
    ['*/0 * * * *', 'a step is at least 1'],
    ['0 0 30 2 *', 'never comes'],
    ['0 0 13 * 5#3', 'never comes'],
    ['0 0 15W * 6', 'never comes'],
    ['0 0 * * 5#6', 'only #1 to #5'],
    ['0 0 * * 1,5#2', 'use several crons'],
    ['0 0 LW * *', 'has lw as day of month'],
    ['0 0 15W,3 * *', 'W stands alone'],
    ['0 0 L-3 * *', 'has l as day of month'],
    ['@reboot', 'has 1 fields'],
    ['@once', 'write once() as schedule'],
    ['H H * * *', 'has h as minute'],
    ['0x1 * * * *', 'has 0x1 as minute'],
  ])('%s is refused with words', (expression, words) => {
    for (const timetable of [cron(expression), cronTrigger(expression), multipleCronTrigger(['@daily', expression])]) {
      expect(timetableProblem(timetable)).toContain(words);
    }
  });

  test('goes forward where the clocks move by half an hour, and leaves nothing out', () => {
    const timetable = cron('*/20 * * * *', { timezone: 'Australia/Lord_Howe' });
    const runs = upcomingRuns(timetable, null, bounds(null), at('2023-04-01T14:00:00Z'), 12);
    for (const [index, run] of runs.entries()) expect(run.start).toBe(runs[index - 1]?.end ?? run.start);
    expect(new Set(runs.map(({ start }) => start)).size).toBe(12);
  });
});

describe('a timetable', () => {
  test.each<readonly [string, Timetable, Restriction, string, readonly string[]]>([
    [
      'once, at the start date',
      once(),
      bounds('2026-01-01T00:00:00Z'),
      '2026-03-01T00:00:00Z',
      ['2026-01-01T00:00:00Z'],
    ],
    ['once, at once', once(), bounds(null), '2026-03-01T00:00:00Z', ['2026-03-01T00:00:00Z']],
    ['once, too late', once(), bounds(null, '2026-02-01T00:00:00Z'), '2026-03-01T00:00:00Z', []],
    [
      'events to come',
      events(['2026-05-01', '2026-03-01T06:00Z', '2026-05-01', new Date('2026-01-01T00:00:00Z')]),
      bounds(null),
      '2026-03-01T00:00:00Z',
      ['2026-03-01T06:00:00Z', '2026-05-01T00:00:00Z'],
    ],
    [
      'events that were missed, with catchup',
      events(['2026-05-01', '2026-01-01', '2025-01-01']),
      bounds('2025-06-01T00:00:00Z', '2026-02-01T00:00:00Z', true),
      '2026-03-01T00:00:00Z',
      ['2026-01-01T00:00:00Z'],
    ],
    ['continuous, first', continuous(), bounds(null), '2026-03-01T00:00:00Z', ['2026-03-01T00:00:00Z']],
    [
      'one of its own',
      officeHours,
      bounds(null),
      '2026-03-01T15:30:00Z',
      ['2026-03-01T16:00:00Z', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z'],
    ],
    [
      'one of its own, with catchup',
      officeHours,
      bounds('2026-01-01T00:00:00Z', '2026-01-01T08:00:00Z', true),
      '2026-03-01T15:30:00Z',
      ['2026-01-01T09:00:00Z'],
    ],
  ])('makes the runs of %s', (_, timetable, restriction, now, expected) => {
    const runs = upcomingRuns(timetable, null, restriction, at(now), 3);
    expect(runs.map(({ runAfter }) => iso(runAfter))).toEqual(expected);
  });

  test('runs on when it is continuous, about the time since the last run', () => {
    const last = { ...runAt(at('2026-03-01T00:00:00Z')), start: at('2026-02-28T00:00:00Z') };
    expect(nextRun(continuous(), last, bounds(null), at('2026-03-01T00:10:00Z'))).toMatchObject({
      start: last.end,
      end: at('2026-03-01T00:10:00Z'),
    });
    expect(
      nextRun(continuous(), last, bounds(null, '2026-03-01T00:00:00Z'), at('2026-03-02T00:00:00Z')),
    ).toBeUndefined();
  });

  test('of its own makes up for the newest slot alone, unless with catchup', () => {
    const last = runAt(at('2026-03-01T10:00:00Z'));
    const now = at('2026-03-03T12:30:00Z');
    expect(nextRun(officeHours, last, bounds(null), now)?.runAfter).toBe(at('2026-03-03T12:00:00Z'));
    const all = nextRun(officeHours, last, bounds('2026-01-01T00:00:00Z', null, true), now);
    expect(all?.runAfter).toBe(at('2026-03-01T11:00:00Z'));
  });

  test.each<readonly [string, Timetable, string]>([
    ['no length', delta('soon' as never), "the delta is no length of time; write one like '90 minutes'"],
    ['half a month', delta({ months: 0.5 }), 'the delta is no length of time'],
    ['an unknown unit', delta({ fortnights: 1 } as never), 'the delta is no length of time'],
    ['nothing', deltaTrigger({}), 'the delta is nothing: it must be at least 1 second'],
    ['parts of a second', delta('1500 milliseconds'), 'schedules go by whole seconds'],
    ['a bad interval', cronTrigger('@daily', { interval: '-1 days' }), 'interval is no length of time'],
    ['no cron', multipleCronTrigger([]), 'give multipleCronTrigger at least one'],
    ['no event', events([]), 'list at least one'],
    ['a bad event', events(['2026-02-30']), 'events() has a date that is none'],
    ['a zone that there is not', cronTrigger('@daily', { timezone: 'Mars/Olympus' }), 'write one like Europe/London'],
    ['no name', customTimetable(' ', () => null), 'say in words when it runs'],
    ['standing still', customTimetable('x', (after) => ({ runAfter: after })), 'next() must go forward'],
    ['no date', customTimetable('x', () => ({ runAfter: new Date('x') })), 'next() must go forward'],
    [
      'an upside-down interval',
      customTimetable('x', (after) => ({ runAfter: new Date(after.getTime() + hour), start: new Date(), end: after })),
      'whose end is before its start',
    ],
    [
      'an error',
      customTimetable('x', () => {
        throw new Error('no calendar');
      }),
      'fails when it is asked for a run (Error: no calendar)',
    ],
  ])('is refused with words for %s', (_, timetable, words) => {
    expect(timetableProblem(timetable)).toContain(words);
    expect(() => defineDag('sample', { schedule: timetable }, ({ task }) => void task('a', { run: () => 1 }))).toThrow(
      words,
    );
  });

  test('bounds the runs of a DAG at a time', () => {
    const define = (maxActiveRuns?: number) =>
      defineDag(
        'sample',
        { schedule: continuous(), ...(maxActiveRuns !== undefined && { maxActiveRuns }) },
        ({ task }) => {
          task('a', { run: () => 1 });
        },
      );
    expect(define().maxActiveRuns).toBe(1);
    expect(() => define(2)).toThrow('maxActiveRuns is 2; runs of continuous() wait for each other');
  });

  test('needs a start date for catchup', () => {
    const options = { schedule: cron('@daily'), catchup: true } as const;
    expect(() => defineDag('sample', options, ({ task }) => void task('a', { run: () => 1 }))).toThrow(
      'Give a startDate',
    );
  });

  test.each<readonly [Timetable, string]>([
    [cron('@daily', { timezone: 'Europe/London' }), '@daily Europe/London'],
    [cronTrigger('0 6 * * *', { interval: '1 day' }), '0 6 * * * UTC, trigger, interval 1 day'],
    [multipleCronTrigger(['@daily', '30 6 * * *']), '@daily | 30 6 * * * UTC, trigger'],
    [delta({ months: 1, days: 2 }), 'every 1 month 2 days'],
    [deltaTrigger('90 minutes'), 'every 1 h 30 min, trigger'],
    [once(), '@once'],
    [continuous(), '@continuous'],
    [events(['2026-01-01']), '1 event'],
    [officeHours, 'office hours'],
  ])('is said in words: %#', (timetable, words) => {
    expect(timetableText(timetable)).toBe(words);
  });
});

describe('a run by hand', () => {
  const click = at('2026-03-05T10:11:13Z');

  test.each<readonly [string, Timetable, number, number]>([
    ['a data-interval cron', cron('@daily'), at('2026-03-04T00:00:00Z'), at('2026-03-05T00:00:00Z')],
    ['a trigger', cronTrigger('@daily', { interval: '2 days' }), click - 2 * day, click],
    ['a delta', delta({ months: 1 }), at('2026-02-05T10:11:13Z'), click],
    ['events', events(['2026-03-01']), click, click],
    ['events that bind it', events(['2026-03-01'], { restrictToEvents: true }), at('2026-03-01'), at('2026-03-01')],
    [
      'events to come that bind it',
      events(['2027-03-01'], { restrictToEvents: true }),
      at('2027-03-01'),
      at('2027-03-01'),
    ],
    ['its own', officeHours, click, click],
  ])('of %s has its inferred interval', (_, timetable, start, end) => {
    expect(inferInterval(timetable, click)).toEqual({ start, end });
  });
});

describe('an instant', () => {
  test.each<readonly [string, Timetable, Restriction, string, string | null]>([
    ['a cron', cron('@daily'), bounds(null), '2026-03-05T00:00:00Z', '2026-03-04T00:00:00Z'],
    ['a cron, missed', cron('@daily'), bounds(null), '2026-03-05T00:00:01Z', null],
    [
      'several crons',
      multipleCronTrigger(['@daily', '@hourly']),
      bounds(null),
      '2026-03-05T01:00:00Z',
      '2026-03-05T01:00:00Z',
    ],
    [
      'a delta from its start',
      delta('7 hours'),
      bounds('2026-03-05T00:30:00Z'),
      '2026-03-05T07:30:00Z',
      '2026-03-05T00:30:00Z',
    ],
    ['a delta, its start itself', delta('7 hours'), bounds('2026-03-05T00:30:00Z'), '2026-03-05T00:30:00Z', null],
    ['a delta started anew', delta('6 hours'), bounds(null), '2026-03-05T06:00:00Z', '2026-03-05T00:00:00Z'],
    ['months', delta({ months: 1 }), bounds('2026-01-31T00:00:00Z'), '2026-03-28T00:00:00Z', '2026-02-28T00:00:00Z'],
    [
      'a delta trigger',
      deltaTrigger('7 hours'),
      bounds('2026-03-05T00:30:00Z'),
      '2026-03-05T00:30:00Z',
      '2026-03-05T00:30:00Z',
    ],
    ['once', once(), bounds('2026-03-05T00:30:00Z'), '2026-03-05T00:30:00Z', '2026-03-05T00:30:00Z'],
    ['continuous', continuous(), bounds('2026-03-05T00:30:00Z'), '2026-03-05T00:30:00Z', null],
    ['its own', officeHours, bounds(null), '2026-03-05T09:00:00Z', '2026-03-05T08:00:00Z'],
  ])('is a slot of %s or not', (_, timetable, restriction, instant, start) => {
    expect(slotInterval(timetable, at(instant), restriction)?.start).toBe(start === null ? undefined : at(start));
  });

  test('is a slot of a DAG by its start date, too', () => {
    const definition = { timetable: delta('7 hours'), startDate: at('2026-03-05T00:30:00Z') };
    const origin = (text: string) => ({ nominalTime: new Date(text), startTime: new Date(text) });
    expect(runIdentity(definition, origin('2026-03-05T07:30:00Z'))).toMatchObject({
      runType: 'scheduled',
      logicalDate: new Date('2026-03-05T00:30:00Z'),
    });
    expect(runIdentity(definition, origin('2026-03-05T07:31:00Z')).runType).toBe('manual');
  });
});
