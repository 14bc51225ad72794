import {
  everyDay,
  everyHour,
  everyMorning,
  everyShift,
  justOnce,
  lastOfMonth,
  onMatchDays,
  overAndOver,
  workdaysEarlier,
} from '../../examples/timetables.ts';
import { restrictionOf } from '../../dag/run-identity.ts';
import { upcomingRuns } from '../../dag/timetable.ts';
import { everyMonth } from '../../examples/runs.ts';
import { nextRuns } from '../../scripts/dags/next-runs.ts';
import { testDag } from '../../testing/test-dag.ts';

const now = Date.parse('2026-03-27T12:00:00Z');
const iso = (instant: number) => new Date(instant).toISOString().replace(':00.000Z', '');

// Europe/London and Europe/Berlin put their clocks forward on 29 March 2026.
test.each([
  ['everyDay', everyDay, ['2026-03-28T00:00', '2026-03-29T00:00', '2026-03-29T23:00']],
  ['everyMorning', everyMorning, ['2026-03-29T21:00', '2026-03-30T21:00', '2026-03-31T21:00']],
  ['workdaysEarlier', workdaysEarlier, ['2026-03-28T08:00', '2026-03-29T07:00', '2026-03-30T04:00']],
  ['lastOfMonth', lastOfMonth, ['2026-04-01T00:00', '2026-05-01T00:00', '2026-06-01T00:00']],
  ['everyShift', everyShift, ['2026-03-27T16:00', '2026-03-28T00:00', '2026-03-28T08:00']],
  ['everyHour', everyHour, ['2026-03-27T12:00', '2026-03-27T13:00', '2026-03-27T14:00']],
  ['justOnce', justOnce, ['2026-04-01T00:00']],
  ['overAndOver', overAndOver, ['2026-03-27T12:00']],
  ['onMatchDays', onMatchDays, ['2026-06-11T19:00', '2026-07-19T19:00']],
])('%s runs next', (_, { definition }, runAfters) => {
  expect(nextRuns(definition, now, 3).map(({ runAfter }) => iso(runAfter))).toEqual(runAfters);
});

test.each([
  ['everyDay', everyDay, '2026-03-29T23:00:00Z', '2026-03-29T00:00:00.000Z to 2026-03-29T23:00:00.000Z'],
  ['everyMorning', everyMorning, '2026-03-29T21:00:00Z', '2026-03-28T21:00:00.000Z to 2026-03-29T21:00:00.000Z'],
])('%s: a run is about the time that its timetable says', async (_, dag, at, told) => {
  const { status, result } = await testDag(dag, { at: new Date(at) });
  expect([status.runType, result({ taskId: 'tell' })]).toEqual(['scheduled', told]);
});

test('catchup begins with the start date, whatever the time', () => {
  const { timetable, ...definition } = everyMonth.definition;
  const runs = timetable === null ? [] : upcomingRuns(timetable, null, restrictionOf(definition), now, 3);
  expect(runs.map(({ start }) => iso(start))).toEqual(['2026-01-01T00:00', '2026-02-01T00:00', '2026-03-01T00:00']);
});
