import fc from 'fast-check';
import { calendarUnits, formatProblem, readWall, startOfUnit, writeWall } from '../../dag/time-format.ts';

const wall = (text: string): number => Date.parse(`${text}Z`);
const walls = fc.integer({ min: wall('1900-01-01T00:00:00'), max: wall('2200-01-01T00:00:00') });

describe('a time as a key', () => {
  test.each([
    ['%Y-%m-%dT%H:%M:%S', '2026-03-09T07:05:03'],
    ['%Y/%m', '2026/03'],
    ['%Y-Q{quarter}', '2026-Q1'],
    ['%j. day, 100%% of %Y', '068. day, 100% of 2026'],
    ['week %V of %G', 'week 11 of 2026'],
    ['{region} %Y', '{region} 2026'],
  ])('is written by %s', (format, text) => {
    expect(writeWall(format, wall('2026-03-09T07:05:03'))).toBe(text);
  });

  test('has the year of its ISO week', () => {
    const weeks = ['2026-12-31', '2027-01-03', '2027-01-04', '2024-12-30'].map((day) =>
      writeWall('%G-W%V', wall(`${day}T12:00:00`)),
    );
    expect(weeks).toEqual(['2026-W53', '2026-W53', '2027-W01', '2025-W01']);
  });

  test.each([
    ['%Y-%m-%dT%H:%M:%S', '2026-03-09T07:05:03', '2026-03-09T07:05:03'],
    ['%Y-%m', '2026-03', '2026-03-01T00:00:00'],
    ['%Y-Q{quarter}', '2026-Q3', '2026-07-01T00:00:00'],
    ['%Y-%m-%d (W%V)', '2026-03-09 (W11)', '2026-03-09T00:00:00'],
    ['a.b %Y', 'a.b 0031', '0031-01-01T00:00:00'],
  ])('is read by %s', (format, text, time) => {
    expect(readWall(format, text)).toBe(wall(time));
  });

  test.each([
    ['%Y-%m-%d', '2026-02-30'],
    ['%Y-%m-%d', '2026-13-01'],
    ['%Y-%m-%d %H', '2026-03-01 24'],
    ['%Y-Q{quarter}', '2026-Q5'],
    ['%Y-%m', '2026-03-01'],
    ['a.b %Y', 'axb 2026'],
    ['%Y', ''],
  ])('is not read by %s from %s', (format, text) => {
    expect(readWall(format, text)).toBeUndefined();
  });

  test('is read as it was written, whenever that was', () => {
    fc.assert(
      fc.property(walls, (time) => {
        const seconds = Math.floor(time / 1_000) * 1_000;
        expect(readWall('%Y-%m-%dT%H:%M:%S', writeWall('%Y-%m-%dT%H:%M:%S', seconds))).toBe(seconds);
      }),
    );
  });

  test.each<readonly [string, boolean, string | undefined]>([
    ['%Y-%m-%d', true, undefined],
    ['%V', false, undefined],
    ['%V', true, 'has no %Y, so a time cannot be read by it'],
    ['%Y %Y', true, 'has %Y twice'],
    ['%Y-%q', false, "the format '%Y-%q' has %q; there are %Y %m %d %H %M %S"],
    ['daily', false, 'says nothing of the time'],
    ['100%% %Y', true, undefined],
  ])('by the format %s, read: %s', (format, isRead, problem) => {
    expect(String(formatProblem(format, isRead))).toContain(String(problem));
  });
});

test('stretches of the calendar begin no later than what they hold, and tile', () => {
  fc.assert(
    fc.property(walls, fc.constantFrom(...calendarUnits), (time, unit) => {
      const [start, next] = [startOfUnit(unit, time), startOfUnit(unit, time, 1)];
      expect([start <= time, time < next]).toEqual([true, true]);
      expect([startOfUnit(unit, start), startOfUnit(unit, next - 1), startOfUnit(unit, next)]).toEqual([
        start,
        start,
        next,
      ]);
      expect(startOfUnit(unit, next, -1)).toBe(start);
    }),
  );
});
