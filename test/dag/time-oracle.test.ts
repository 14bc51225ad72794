import { timeDifference } from '../../scripts/oracle/time.ts';
import { oracleCases } from './oracle.ts';

describe('the timetables', () => {
  const cases = oracleCases<{ readonly id: number }>('time.jsonl');

  (cases === undefined ? test.skip : test)('make the runs that Airflow makes, in every recorded case', () => {
    expect(cases?.length).toBeGreaterThan(300);
    const differences = (cases ?? []).flatMap((one) => {
      const difference = timeDifference(one);
      return difference === undefined ? [] : [`case ${one.id}: ${difference}`];
    });
    expect(differences).toEqual([]);
  });

  test.each([
    ['2026-03-06T00:00:00Z', 'run 1 is 2026-03-05T00:00:00Z to 2026-03-06T00:00:00Z, due 2026-03-06T00:00:00Z'],
    ['2026-03-05T00:00:00Z', 'nothing'],
  ])('differ from a wrong answer %s in words', (logicalDate, words) => {
    const end = new Date(Date.parse(logicalDate) + 86_400_000).toISOString();
    const difference = timeDifference({
      timetable: { type: 'cron_data_interval', cron: '@daily' },
      timezone: 'UTC',
      start_date: '2026-03-05T00:00:00Z',
      end_date: null,
      catchup: true,
      now: '2026-03-08T00:00:00Z',
      want: 1,
      expected: { runs: [{ logical_date: logicalDate, start: logicalDate, end, run_after: end }] },
    });
    expect(difference ?? 'nothing').toContain(words);
  });

  test.each([
    ['AssertionError', "next schedule shouldn't be earlier", 'nothing'],
    ['ValueError', 'CronDataIntervalTimetable timetable did not advance past 2023-11-05 04:48:00+00:00', 'nothing'],
    ['ValueError', 'invalid', 'is accepted, should be refused (ValueError)'],
  ])('go on where Airflow gives up by a defect of its own: %s, %s', (error, message, words) => {
    const difference = timeDifference({
      timetable: { type: 'cron_data_interval', cron: '37,21,23,48 * L */5 */7' },
      timezone: 'America/Havana',
      start_date: '2023-11-04T01:30:00Z',
      end_date: null,
      catchup: true,
      now: '2023-11-05T15:59:00Z',
      want: 9,
      expected: { error, message },
    });
    expect(difference ?? 'nothing').toBe(words);
  });
});
