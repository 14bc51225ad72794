import fc from 'fast-check';
import { calendarsOf, instantCalendars } from '../../dag/calendar.ts';
import { cron, longestGap } from '../../dag/timetable.ts';
import { firedBy } from './fired-by.ts';
import { upcomingSlots } from './upcoming-slots.ts';

const minute = 60_000;
const day = 86_400_000;

describe('calendars of a timetable', () => {
  const crons = [
    '@daily',
    '@hourly',
    '@quarterly',
    '30 6 * * 1-5',
    '0 9 1 * 1',
    '0 0 1-7 * 1',
    '15 12 * * 5#3',
    '*/20 * * * *',
    '0 22-2 * * *',
    '30 1 * * *',
    '30 2 8-14 3 0',
  ];
  const zones = [
    'UTC',
    'Asia/Kolkata',
    'Europe/London',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ];

  test('are exactly its slots, or there are none', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...crons),
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2027, 0) }),
        (expression, timezone, after) => {
          const timetable = cron(expression, { timezone });
          const set = calendarsOf(timetable);
          if (set === undefined) return;
          const slots = upcomingSlots(timetable, after, 30);
          expect(firedBy(set, after, slots.at(-1) ?? after)).toEqual(slots);
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each([
    ['@daily', 'UTC', true],
    ['@daily', 'Europe/London', true],
    ['30 1 * * *', 'Europe/London', false],
    ['0 6 * * *', 'Europe/London', true],
    ['0 0 * * *', 'America/Havana', false],
    ['30 1 * * *', 'Asia/Kolkata', true],
    ['@hourly', 'Europe/London', true],
    ['@hourly', 'Australia/Lord_Howe', false],
    ['0 0 L * *', 'UTC', false],
    ['0 0 * * L5', 'UTC', false],
    ['0 0 * * 5#3', 'UTC', true],
  ])('%s in %s: %s', (expression, timezone, exact) => {
    expect(calendarsOf(cron(expression, { timezone })) !== undefined).toBe(exact);
  });

  test('say both readings of day of month or day of week', () => {
    expect(calendarsOf(cron('0 9 1 * 1'))?.calendars).toMatchObject([
      { dayOfMonth: [1], dayOfWeek: [0, 1, 2, 3, 4, 5, 6] },
      { dayOfWeek: [1] },
    ]);
  });

  test('name single instants', () => {
    const slots = upcomingSlots(cron('0 0 L * *'), Date.UTC(2026, 0, 1), 14);
    expect(firedBy(instantCalendars(slots), Date.UTC(2026, 0, 1), slots.at(-1) ?? 0)).toEqual(slots);
  });

  test.each([
    ['@daily', 'UTC', day],
    ['@daily', 'Europe/London', 25 * 60 * minute],
    ['30 6 * * 1-5', 'UTC', 3 * day],
    ['*/20 * * * *', 'UTC', 20 * minute],
    ['0 0 29 2 *', 'UTC', 1_461 * day],
  ])('%s in %s has a longest gap', (expression, timezone, gap) => {
    expect(longestGap(cron(expression, { timezone }))).toBe(gap);
  });
});
