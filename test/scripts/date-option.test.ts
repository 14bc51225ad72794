import { dateOption } from '../../scripts/date-option.ts';

test.each([
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T06:30', '2026-03-01T06:30:00.000Z'],
  ['2026-03-01T06:00:00+02:00', '2026-03-01T04:00:00.000Z'],
  ['2026-03-01T06:00:00.034Z', '2026-03-01T06:00:00.034Z'],
  ['2026-03-01T06:00:00.5', '2026-03-01T06:00:00.500Z'],
])('%s is %s', (text, instant) => {
  expect(dateOption(text).toISOString()).toBe(instant);
});

test.each(['monday', '2026-02-30', '2026-13-01', '03/01/2026', '', '2026-03-01T06:00:00.1234Z'])(
  '%j is no date',
  (text) => {
    expect(() => dateOption(text)).toThrow('write a date as 2026-03-01');
  },
);
