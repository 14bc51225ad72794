import fc from 'fast-check';
import {
  planBackfill,
  reprocessBehaviors,
  type BackfillDag,
  type BackfillRequest,
  type BackfillRow,
  type BackfillSituation,
  type ExistingRun,
} from '../../dag/backfill.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { runStates, type RunState } from '../../dag/states.ts';
import { continuous, cron, cronTrigger, delta, once, type Timetable } from '../../dag/timetable.ts';
import { processorTime } from '../support/processor-time.ts';

const at = (text: string): number => Date.parse(`2026-${text}Z`);
const day = 86_400_000;
const now = at('03-10T06:00');

function dagOf(timetable: Timetable | null, dependsOnPast = false): BackfillDag {
  return { id: 'example', timetable, tasks: [{ id: 'a' }, { id: 'b', dependsOnPast }] };
}

function situation(runs: readonly ExistingRun[] = [], more: Partial<BackfillSituation> = {}): BackfillSituation {
  return { now, runs, runIdOf: ({ runAfter }) => `new-${short(runAfter)}`, hasActiveBackfill: false, ...more };
}

function existing(state: RunState, date: string, runId = `old-${date}`): ExistingRun {
  return { runId, logicalDate: at(`${date}T00:00`), state };
}

/** Month and day, and the time where it is not midnight. */
function short(instant: number): string {
  return new Date(instant).toISOString().slice(5, 16).replace('T00:00', '');
}

function rowsOf(
  dag: BackfillDag,
  request: BackfillRequest,
  there: BackfillSituation = situation(),
): readonly BackfillRow[] {
  const plan = planBackfill(dag, request, there);
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

/** What becomes of each slot, in words, in the order of execution. */
function told(rows: readonly BackfillRow[]): readonly string[] {
  return rows.map((row) => {
    const what = row.action === 'create' ? '' : ` ${row.action === 'leave' ? row.reason : row.state}`;
    return `${row.ordinal}. ${short(row.start)} ${row.action} ${row.runId}${what}`;
  });
}

const daily = dagOf(cron('@daily'));

describe('a backfill', () => {
  test.each<[string, Timetable, string, string, readonly string[]]>([
    ['whole days', cron('@daily'), '03-01T00:00', '03-03T00:00', ['03-01/03-02', '03-02/03-03', '03-03/03-04']],
    ['no day before the range', cron('@daily'), '03-01T00:01', '03-02T23:59', ['03-02/03-03']],
    ['no day that is not over', cron('@daily'), '03-08T00:00', '03-12T00:00', ['03-08/03-09', '03-09/03-10']],
    ['an hour only once it is over', cron('@hourly'), '03-10T04:00', '03-10T06:00', ['03-10T04:00/03-10T05:00']],
    [
      'slots of a trigger by when they are due',
      cronTrigger('@daily', { interval: '2 days' }),
      '03-05T00:00',
      '03-06T00:00',
      ['03-03/03-05', '03-04/03-06'],
    ],
    [
      'deltas from the start of the range',
      delta('12 hours'),
      '03-01T07:00',
      '03-01T20:00',
      ['03-01T07:00/03-01T19:00', '03-01T19:00/03-02T07:00'],
    ],
  ])('covers %s', (_, timetable, from, to, expected) => {
    const rows = rowsOf(dagOf(timetable), { fromDate: at(from), toDate: at(to) });
    expect(rows.map(({ start, end }) => `${short(start)}/${short(end)}`)).toEqual(expected);
    expect(rows.map(({ runAfter }) => runAfter)).toEqual(rows.map(({ end }) => end));
  });

  const runs = [
    existing('success', '03-01'),
    existing('failed', '03-02'),
    existing('running', '03-03'),
    existing('queued', '03-04'),
  ];
  const range = { fromDate: at('03-01T00:00'), toDate: at('03-05T00:00') };

  test.each<[BackfillRequest['reprocessBehavior'], string, string]>([
    [undefined, 'leave old-03-01 already exists', 'leave old-03-02 already exists'],
    ['none', 'leave old-03-01 already exists', 'leave old-03-02 already exists'],
    ['failed', 'leave old-03-01 already exists', 'reprocess old-03-02 queued'],
    ['completed', 'reprocess old-03-01 queued', 'reprocess old-03-02 queued'],
  ])('with reprocess behavior %s leaves what is not over, and makes what is missing', (behavior, success, failed) => {
    const request = behavior === undefined ? range : { ...range, reprocessBehavior: behavior };
    expect(told(rowsOf(daily, request, situation(runs)))).toEqual([
      `1. 03-01 ${success}`,
      `2. 03-02 ${failed}`,
      '3. 03-03 leave old-03-03 in flight',
      '4. 03-04 leave old-03-04 in flight',
      '5. 03-05 create new-03-06',
    ]);
  });

  test('runs backwards from the newest slot', () => {
    const request = { ...range, fromDate: at('03-04T00:00'), runBackwards: true };
    expect(told(rowsOf(daily, request))).toEqual(['1. 03-05 create new-03-06', '2. 03-04 create new-03-05']);
  });

  test('takes no id that another run has', () => {
    const other: ExistingRun = { runId: 'new-03-02', logicalDate: null, state: 'success' };
    const rows = rowsOf(daily, { ...range, toDate: at('03-01T00:00') }, situation([other]));
    expect(told(rows)).toEqual(['1. 03-01 leave new-03-02 in flight']);
  });

  test('leaves the state of a run that has nothing to clear', () => {
    const empty = { ...existing('failed', '03-01'), isEmpty: true };
    const request = { ...range, toDate: at('03-01T00:00'), reprocessBehavior: 'completed' } as const;
    expect(told(rowsOf(daily, request, situation([empty])))).toEqual(['1. 03-01 reprocess old-03-01 failed']);
  });

  test('that catches up runs what depends on the past, too, as a scheduler does', () => {
    const rows = rowsOf(
      dagOf(cron('@daily'), true),
      range,
      situation([existing('failed', '03-02')], { isCatchup: true }),
    );
    expect(told(rows).slice(0, 2)).toEqual(['1. 03-01 create new-03-02', '2. 03-02 leave old-03-02 already exists']);
  });

  test.each<[string, BackfillDag, Partial<BackfillRequest>, Partial<BackfillSituation>, string]>([
    ['not_periodic', dagOf(null), {}, {}, 'it has no schedule; trigger runs by hand'],
    ['not_periodic', dagOf(once()), {}, {}, 'a schedule of once has no slots in the past'],
    ['not_periodic', dagOf(continuous()), {}, {}, 'a schedule of continuous'],
    ['active_backfill', daily, {}, { hasActiveBackfill: true }, 'another backfill of it is open'],
    ['dates_reversed', daily, { toDate: at('02-01T00:00') }, {}, 'starts at 2026-03-01T00:00:00Z, after its end'],
    ['future', daily, { fromDate: now, toDate: now + day }, {}, 'which is yet to come'],
    ['backwards_on_past', dagOf(cron('@daily'), true), { runBackwards: true }, {}, 'task b depends on the run before'],
    ['reprocess_on_past', dagOf(cron('@daily'), true), {}, {}, 'reprocess failed or completed runs'],
    ['no_active_runs', daily, { maxActiveRuns: 0 }, {}, 'at most 0 active runs is not at least 1'],
    // Some 10,500 at a time were more than an activity's result can name, and the backfill failed in mid-range.
    ['too_many_active_runs', daily, { maxActiveRuns: 1_001 }, {}, '1001 active runs at a time are more than 1000'],
    ['no_runs', dagOf(cron('@yearly')), {}, {}, 'no interval from 2026-03-01T00:00:00Z to 2026-03-05T00:00:00Z'],
    ['too_many_runs', daily, {}, { mostSlots: 4 }, 'more than 4 slots; do it in shorter ranges'],
    // Of its catchup nobody can choose the range.
    [
      'too_many_runs',
      daily,
      {},
      { mostSlots: 4, isCatchup: true },
      'more than 4 slots; give the DAG a later startDate',
    ],
  ])('is refused with words: %s', (reason, dag, request, there, words) => {
    const plan = planBackfill(dag, { ...range, ...request }, situation([], there));
    expect(plan).toMatchObject({ refused: reason, message: expect.stringContaining(words) });
    expect(isRefusal(plan) && plan.message.startsWith('DAG example cannot be backfilled like this: ')).toBe(true);
  });

  test('that depends on the past may reprocess, forwards', () => {
    const request = { ...range, reprocessBehavior: 'failed' } as const;
    expect(rowsOf(dagOf(cron('@daily'), true), request, situation([], { mostSlots: 5 }))).toHaveLength(5);
  });

  test('of ten years of minutes is refused at once where there is a limit', () => {
    const request = { fromDate: now - 3_650 * day, toDate: now };
    const taken = processorTime();
    expect(planBackfill(dagOf(cron('* * * * *')), request, situation([], { mostSlots: 10_000 }))).toMatchObject({
      refused: 'too_many_runs',
    });
    expect(taken()).toBeLessThan(5_000);
  });
});

test('a definition can be backfilled as it is', () => {
  const schedule = cron('@daily');
  const dag = defineDag('daily', { schedule }, ({ task }) => void task('a', { run: () => 1 }));
  const request = { fromDate: at('03-01T00:00'), toDate: at('03-01T00:00') };
  expect(told(rowsOf(dag, request))).toEqual(['1. 03-01 create new-03-02']);
});

describe('any backfill', () => {
  const timetables = fc.constantFrom<Timetable>(
    cron('@daily', { timezone: 'Europe/London' }),
    cron('30 2 * * *', { timezone: 'America/New_York' }),
    cron('0 */6 * * 1-5'),
    cronTrigger('@daily', { interval: '1 day' }),
  );
  const ranges = fc
    .tuple(fc.integer({ min: 1, max: 40 * 24 }), fc.integer({ min: 0, max: 12 * 24 }))
    .map(([ago, length]) => ({ fromDate: now - ago * 3_600_000, toDate: now - (ago - length) * 3_600_000 }));
  const requests = fc.record({
    range: ranges,
    reprocessBehavior: fc.constantFrom(...reprocessBehaviors),
    runBackwards: fc.boolean(),
  });
  const plan = (dag: BackfillDag, request: BackfillRequest, runs: readonly ExistingRun[] = []) => {
    const rows = planBackfill(dag, request, situation(runs, { runIdOf: ({ runAfter }) => `new-${runAfter}` }));
    return isRefusal(rows) ? [] : rows;
  };

  test('has each slot once, in order, and backwards is forwards turned round', () => {
    fc.assert(
      fc.property(timetables, requests, (timetable, { range, ...wishes }) => {
        const dag = dagOf(timetable);
        const rows = plan(dag, { ...range, ...wishes });
        expect(rows.map(({ ordinal }) => ordinal)).toEqual(rows.map((_, index) => index + 1));
        const starts = rows.map(({ start }) => start);
        const forwards = plan(dag, { ...range, ...wishes, runBackwards: false }).map(({ start }) => start);
        expect(wishes.runBackwards ? starts.toReversed() : starts).toEqual(forwards);
        expect(forwards).toEqual([...new Set(forwards)].toSorted((a, b) => a - b));
        expect(rows.every(({ end }) => end < now)).toBe(true);
      }),
    );
  });

  test('of a range has the slots of its two parts', () => {
    fc.assert(
      fc.property(timetables, ranges, fc.double({ min: 0, max: 1, noNaN: true }), (timetable, range, share) => {
        const dag = dagOf(timetable);
        const middle = Math.floor(range.fromDate + share * (range.toDate - range.fromDate));
        const starts = (part: BackfillRequest) => plan(dag, part).map(({ start }) => start);
        expect(starts(range)).toEqual([
          ...starts({ ...range, toDate: middle }),
          ...starts({ ...range, fromDate: middle + 1 }),
        ]);
      }),
    );
  });

  test('made once leaves nothing for a second one to make', () => {
    const states = fc.infiniteStream(fc.constantFrom(...runStates));
    fc.assert(
      fc.property(timetables, requests, states, (timetable, { range, ...wishes }, stream) => {
        const dag = dagOf(timetable);
        const runs = plan(dag, range).flatMap(({ start, runId }, index): ExistingRun[] =>
          index % 2 === 0 ? [{ runId, logicalDate: start, state: stream.next().value }] : [],
        );
        const first = plan(dag, { ...range, ...wishes }, runs);
        const made = first.filter(({ action }) => action === 'create');
        expect(made).toHaveLength(first.length - runs.length);
        const after = [
          ...runs,
          ...made.map(({ runId, start }) => ({ runId, logicalDate: start, state: 'success' as const })),
        ];
        const second = plan(dag, { ...range, ...wishes, reprocessBehavior: 'none' }, after);
        expect(second.every(({ action }) => action === 'leave')).toBe(true);
        expect(second).toHaveLength(first.length);
      }),
    );
  });
});
