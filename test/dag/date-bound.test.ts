import { dateBound } from '../../dag/date-bound.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { cron } from '../../dag/timetable.ts';

const dagFrom = (startDate: string | Date, endDate: string | Date, timezone = 'UTC') =>
  defineDag('sample', { schedule: cron('@daily', { timezone }), startDate, endDate }, ({ task }) => {
    task('a', { run: () => 1 });
  });

describe('the dates of a DAG', () => {
  test.each([
    ['2026-03-01', 'UTC', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01', 'America/New_York', '2026-03-01T05:00:00.000Z'],
    ['2026-07-01T06:30', 'Europe/London', '2026-07-01T05:30:00.000Z'],
    ['2026-07-01 06:30:10', 'UTC', '2026-07-01T06:30:10.000Z'],
    ['2026-07-01T06:30Z', 'Europe/London', '2026-07-01T06:30:00.000Z'],
    ['2026-07-01T06:30:00+05:30', 'Europe/London', '2026-07-01T01:00:00.000Z'],
  ])('%s in %s is %s', (text, timezone, expected) => {
    expect(new Date(dateBound(text, timezone) ?? 0).toISOString()).toBe(expected);
  });

  test.each([
    '2026-02-30',
    '2026-13-01',
    'tomorrow',
    '',
    '1 March 2026',
    '2026-03-01T25:00',
    '2026-03-01T06:00:00.5Z',
    new Date('x'),
    new Date(1),
  ])('%s is none', (date) => {
    expect(dateBound(date, 'UTC')).toBeUndefined();
  });

  test('are instants in its definition, read on the clocks of its schedule', () => {
    const definition = dagFrom('2026-03-01', new Date(Date.UTC(2026, 3, 1)), 'Asia/Kolkata');
    expect(definition.startDate).toBe(Date.UTC(2026, 1, 28, 18, 30));
    expect(definition.endDate).toBe(Date.UTC(2026, 3, 1));
  });

  test.each([
    ['2026-02-30', '2026-04-01', 'startDate is 2026-02-30, which is no date'],
    ['2026-03-01', 'never', 'endDate is never, which is no date'],
    ['2026-03-01', '2026-02-01', 'endDate is before startDate'],
  ])('from %s to %s are refused with words', (from, to, words) => {
    expect(() => dagFrom(from, to)).toThrow(`DAG sample: ${words}`);
  });
});
