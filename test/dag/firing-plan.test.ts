import fc from 'fast-check';
import { firingPlan, type FiringPlan } from '../../dag/firing-plan.ts';
import { restrictionOf, type Scheduled } from '../../dag/run-identity.ts';
import {
  continuous,
  cron,
  cronTrigger,
  delta,
  deltaTrigger,
  events,
  multipleCronTrigger,
  nextRun,
  once,
  upcomingRuns,
  type Timetable,
} from '../../dag/timetable.ts';
import { firedBy } from './fired-by.ts';

const at = (text: string): number => Date.parse(text);
const now = at('2026-03-05T10:00:00Z');
const bounded = (timetable: Timetable | null, startDate?: string, endDate?: string, catchup = false): Scheduled => ({
  timetable,
  catchup,
  ...(startDate !== undefined && { startDate: at(startDate) }),
  ...(endDate !== undefined && { endDate: at(endDate) }),
});

/** When a plan fires in (after, to]. */
function fired(plan: FiringPlan, after: number, to: number): readonly number[] {
  if (plan.kind === 'instants') {
    return plan.runs.map(({ runAfter }) => runAfter).filter((instant) => instant > after && instant <= to);
  }
  const found: number[] = [];
  if (plan.kind === 'calendars') found.push(...firedBy(plan, after, to));
  else {
    const { every, phase } = plan;
    for (let next = Math.floor((after - phase) / every + 1) * every + phase; next <= to; next += every)
      found.push(next);
  }
  return found.filter((instant) => instant >= (plan.from ?? instant) && instant <= (plan.until ?? instant));
}

describe('the firing plan of a DAG', () => {
  test.each<readonly [string, Scheduled, FiringPlan['kind'] | undefined]>([
    ['no timetable', bounded(null), undefined],
    ['a cron', bounded(cron('@daily', { timezone: 'Europe/London' })), 'calendars'],
    ['a cron in the hour that clocks move', bounded(cron('30 1 * * *', { timezone: 'Europe/London' })), 'instants'],
    ['a trigger', bounded(cronTrigger('0 6 * * *', { interval: '1 day' })), 'calendars'],
    ['the nearest working day', bounded(cronTrigger('0 6 15W * *')), 'instants'],
    ['several crons', bounded(multipleCronTrigger(['0 6 * * *', '0 9 * * 6'])), 'calendars'],
    [
      'several crons, one in the odd hour',
      bounded(multipleCronTrigger(['0 6 * * *', '30 1 * * *'], { timezone: 'Europe/London' })),
      'instants',
    ],
    [
      'several crons with an interval',
      bounded(multipleCronTrigger(['@daily', '0 6 * * *'], { interval: '1 day' })),
      'instants',
    ],
    [
      'the same, caught up',
      bounded(multipleCronTrigger(['@daily', '0 6 * * *'], { interval: '1 day' }), '2026-01-01', undefined, true),
      'calendars',
    ],
    ['a delta', bounded(delta('6 hours')), 'interval'],
    ['a delta that may start anew', bounded(delta('7 hours'), '2026-01-01T01:00:00Z'), 'instants'],
    ['a delta with catchup', bounded(delta('7 hours'), '2026-01-01', undefined, true), 'interval'],
    ['months', bounded(delta({ months: 1 }), '2026-01-01', undefined, true), 'instants'],
    ['a delta trigger', bounded(deltaTrigger('6 hours'), '2026-01-01'), 'instants'],
    ['a delta trigger with catchup', bounded(deltaTrigger('6 hours'), '2026-01-01', undefined, true), 'interval'],
    ['once', bounded(once(), '2026-01-01'), 'instants'],
    ['a DAG whose end came before its first slot', bounded(cron('0 0 1 * *'), '2026-03-02', '2026-03-20'), 'instants'],
  ])('for %s is of the kind %#', (_, definition, kind) => {
    expect(firingPlan(definition, null, now, 5)?.kind).toBe(kind);
  });

  test.each<readonly [string, Scheduled, number, boolean]>([
    ['once', bounded(once(), '2026-01-01'), 1, true],
    ['events', bounded(events(['2026-03-06', '2026-03-07', '2020-01-01'])), 2, true],
    ['more events', bounded(events(['2026-03-06', '2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10'])), 4, false],
    ['continuous', bounded(continuous()), 1, false],
    ['an end that is near', bounded(deltaTrigger('6 hours'), '2026-03-05T12:00:00Z', '2026-03-06'), 3, true],
    ['an end before the first slot', bounded(cron('0 0 1 * *'), '2026-03-02', '2026-03-20'), 0, true],
  ])('of instants for %s names them, and says whether more will come', (_, definition, runs, complete) => {
    const plan = firingPlan(definition, null, now, 4);
    expect(plan).toMatchObject({ kind: 'instants', complete });
    expect(plan?.kind === 'instants' && plan.runs).toHaveLength(runs);
  });

  test('goes on from the last run, where that one is out of step', () => {
    const last = { start: now - 3_600_000, end: now, runAfter: now };
    expect(firingPlan(bounded(delta('6 hours')), last, now, 2)).toMatchObject({
      kind: 'instants',
      runs: [{ start: now }, { start: now + 6 * 3_600_000 }],
    });
  });

  test('fires exactly the runs that the timetable makes, between its dates', () => {
    const timetables = fc.constantFrom<Timetable>(
      cron('0 6 * * 1-5', { timezone: 'America/New_York' }),
      cron('@hourly', { timezone: 'Europe/London' }),
      cron('30 2 * * *', { timezone: 'Europe/Berlin' }),
      cronTrigger('15 4,16 * * *', { timezone: 'Asia/Kolkata', interval: '1 day' }),
      cronTrigger('0 9 13 * 5#2'),
      multipleCronTrigger(['0 6 * * *', '0 9 1 * 1', '30 6 * * *']),
      multipleCronTrigger(['0 6 * * *', '45 5 * * *'], { interval: '1 day' }),
      delta('6 hours'),
      delta('90 minutes'),
      delta({ months: 1 }),
      deltaTrigger('5 hours', { interval: '1 day' }),
    );
    const dates = fc
      .integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2027, 0) / 60_000 })
      .map((m) => m * 60_000);
    const kinds = new Set<string>();
    fc.assert(
      fc.property(
        timetables,
        dates,
        fc.integer({ min: 0, max: 60_000 }),
        fc.boolean(),
        (timetable, startDate, length, catchup) => {
          const definition = { timetable, catchup, startDate, endDate: startDate + length * 60_000 };
          const plan = firingPlan(definition, null, startDate, 40);
          expect(plan).toBeDefined();
          if (plan === undefined) return;
          kinds.add(plan.kind);
          const runs = upcomingRuns(timetable, null, restrictionOf(definition), startDate, 40).map(
            (run) => run.runAfter,
          );
          const until =
            runs.length < 40 ? startDate + length * 60_000 + 4 * 366 * 86_400_000 : (runs.at(-1) ?? startDate);
          // A run that is due at the start itself is overdue by then.
          expect(fired(plan, startDate - 1, Math.min(until, startDate + 400 * 86_400_000))).toEqual(
            runs.filter((instant) => instant <= startDate + 400 * 86_400_000),
          );
        },
      ),
      { numRuns: 150 },
    );
    expect([...kinds].toSorted()).toEqual(['calendars', 'instants', 'interval']);
  });

  test('leaves what is overdue to nextRun', () => {
    const definition = bounded(cron('@daily'), '2026-03-01');
    expect(firingPlan(definition, null, now, 3)).toMatchObject({
      kind: 'calendars',
      from: at('2026-03-02'),
      until: null,
    });
    expect(nextRun(cron('@daily'), null, restrictionOf(definition), now)?.runAfter).toBe(at('2026-03-05'));
  });
});
