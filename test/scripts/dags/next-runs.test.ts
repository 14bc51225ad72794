import { allOf, asset } from '../../../dag/assets.ts';
import type { DagBuilder } from '../../../dag/builder.ts';
import { defineDag } from '../../../dag/define-dag.ts';
import type { DagOptions } from '../../../dag/options.ts';
import { continuous, cron, cronTrigger, delta, once } from '../../../dag/timetable.ts';
import type { z } from 'zod';
import { nextRuns, unscheduledText } from '../../../scripts/dags/next-runs.ts';

const now = Date.parse('2026-03-10T12:30:00Z');

function next(options: DagOptions<z.ZodObject>, count = 2): readonly string[] {
  const dag = defineDag('sample', options, ({ task }) => void task('a', { run: () => null }));
  const iso = (instant: number): string => new Date(instant).toISOString().slice(0, 16);
  return nextRuns(dag, now, count).map(({ start, end, runAfter }) => `${iso(start)} ${iso(end)} ${iso(runAfter)}`);
}

describe('the next runs of a DAG', () => {
  test('are about the interval that is not over yet, and the ones after it', () => {
    expect(next({ schedule: cron('@daily') })).toEqual([
      '2026-03-10T00:00 2026-03-11T00:00 2026-03-11T00:00',
      '2026-03-11T00:00 2026-03-12T00:00 2026-03-12T00:00',
    ]);
  });

  test('of a trigger timetable are about the moment', () => {
    expect(next({ schedule: cronTrigger('0 18 * * *', { timezone: 'UTC' }) }, 1)).toEqual([
      '2026-03-10T18:00 2026-03-10T18:00 2026-03-10T18:00',
    ]);
  });

  test('leave out what is overdue, however much catchup would make', () => {
    expect(next({ schedule: cron('@hourly'), startDate: '1990-01-01', catchup: true }, 1)).toEqual([
      '2026-03-10T12:00 2026-03-10T13:00 2026-03-10T13:00',
    ]);
  });

  test('of deltas go on from the start date with catchup', () => {
    const options = { schedule: delta('1 day'), startDate: '2026-03-01T06:30', catchup: true };
    expect(next(options, 1)).toEqual(['2026-03-10T06:30 2026-03-11T06:30 2026-03-11T06:30']);
  });

  test('begin with the start date and end with the end date', () => {
    expect(next({ schedule: cron('@daily'), startDate: '2026-04-01', endDate: '2026-04-01' })).toEqual([
      '2026-04-01T00:00 2026-04-02T00:00 2026-04-02T00:00',
    ]);
    expect(next({ schedule: cron('@daily'), endDate: '2026-03-01' })).toEqual([]);
  });

  test('are none without a schedule, and one where they wait for each other', () => {
    expect(next({ schedule: null })).toEqual([]);
    expect(next({ schedule: once(), startDate: '2026-04-01' }, 5)).toHaveLength(1);
    expect(next({ schedule: continuous(), startDate: '2026-01-01' }, 5)).toHaveLength(1);
  });
});

test('of a DAG that assets start it says so, not that somebody has to ask', () => {
  const only = ({ task }: DagBuilder<unknown>): void => {
    task('only', { run: () => 1 });
  };
  const [fx, claims] = [asset('fx'), asset('claims')];
  expect(unscheduledText(defineDag('asked', { schedule: null }, only))).toBe(
    'asked has no schedule: it runs when somebody asks (tw dags trigger asked)',
  );
  expect(unscheduledText(defineDag('joins', { schedule: null, assets: allOf(fx, claims) }, only))).toBe(
    'joins has no schedule: it starts for fx and claims (tw assets show ASSET says what has come)',
  );
});
