import type { DeadlineOptions } from '../../dag/deadline.ts';
import { deadlineAt, runsBefore } from '../../dag/deadline.ts';
import type { Duration } from '../../dag/duration.ts';
import { cron } from '../../dag/timetable.ts';
import { define, type Build } from './define.ts';

const callback = (): void => undefined;
const one: Build = ({ task }) => {
  task('a', { run: () => 1 });
};
const durations = [3_600_000, 1_800_000, 60_000];
const run = { durations, queuedAt: new Date('2026-03-02T00:00:05Z'), logicalDate: new Date('2026-03-01T00:00:00Z') };

test.each<[DeadlineOptions['reference'], Duration, string]>([
  ['queuedAt', '2 hours', '2026-03-02T02:00:05.000Z'],
  ['logicalDate', '1.5 days', '2026-03-02T12:00:00.000Z'],
  ['logicalDate', '-30 minutes', '2026-02-28T23:30:00.000Z'],
  [{ fixed: '2026-07-01T06:00:00' }, '-1 hour', '2026-07-01T04:00:00.000Z'],
  [{ fixed: new Date('2026-07-01T06:00:00Z') }, '0 minutes', '2026-07-01T06:00:00.000Z'],
  [{ averageRuntime: { maxRuns: 2 } }, '10 minutes', '2026-03-02T00:55:05.000Z'],
  [{ averageRuntime: { minRuns: 3 } }, '0 minutes', '2026-03-02T00:30:25.000Z'],
])('%j and %s', (reference, interval, at) => {
  const schedule = cron('@daily', { timezone: 'Europe/London' });
  const { deadlines = [] } = define(one, { schedule, deadline: { reference, interval, callback } });
  expect(deadlines.map((deadline) => new Date(deadlineAt(deadline, run) ?? 0).toISOString())).toEqual([at]);
});

test('there is no deadline of an average that too few runs have made', () => {
  const { deadlines = [] } = define(one, {
    deadline: { reference: { averageRuntime: {} }, interval: '1 hour', callback },
  });
  expect(deadlines.map((deadline) => deadlineAt(deadline, run))).toEqual([null]);
  expect([runsBefore(deadlines), runsBefore([])]).toEqual([10, 0]);
});

test('several deadlines are a list; none leaves the definition as it was', () => {
  const deadline = { reference: 'queuedAt', interval: '1 hour', callback: [callback, callback] } as const;
  const { deadlines } = define(one, { deadline: [deadline, { ...deadline, interval: '2 hours' }] });
  expect(deadlines).toMatchObject([
    { interval: 3_600_000, callbacks: [callback, callback] },
    { interval: 7_200_000, reference: 'queuedAt' },
  ]);
  for (const name of ['deadlines', 'dagrunTimeout', 'failFast']) expect(Object.keys(define(one))).not.toContain(name);
});

const wrong = (deadline: object) => ({
  deadline: { reference: 'queuedAt', interval: '1 hour', callback, ...deadline } as DeadlineOptions,
});

test.each([
  [wrong({ interval: 'soon' }), /the deadline's interval is 'soon'; write a number and a unit/],
  [wrong({ interval: '--1 hour' }), /the deadline's interval is '--1 hour'/],
  [wrong({ reference: 'startDate' }), /there is no deadline reference 'startDate'; there are queuedAt, logicalDate/],
  [wrong({ reference: { fixed: 'noon' } }), /the deadline's fixed reference is noon, which is no date/],
  [
    wrong({ reference: { averageRuntime: { maxRuns: 2, minRuns: 3 } } }),
    /takes maxRuns 2 and minRuns 3; use whole numbers/,
  ],
  [wrong({ callback: 'ops' }), /the deadline's callback is no function/],
  [{ dagrunTimeout: '0 minutes' }, /dagrunTimeout is '0 minutes'; write a number above 0/],
  [{ dagrunTimeout: 'long' }, /dagrunTimeout is 'long'/],
] as const)('%j is refused', (options, words) => {
  expect(() => define(one, options as Parameters<typeof define>[1])).toThrow(words);
});

test('a DAG that fails fast has no trigger rule that waits for failures, save for teardowns', () => {
  const build: Build = ({ task, setup, teardown }) => {
    const up = setup('up', { run: () => 1 });
    const work = task('work', { after: [up], run: () => 1 });
    teardown('down', { after: [work], setups: [up], run: () => 1 });
  };
  expect(define(build, { failFast: true }).failFast).toBe(true);
  const all: Build = ({ task }) => {
    const a = task('a', { run: () => 1 });
    task('b', { after: [a], triggerRule: 'all_done', run: () => 1 });
  };
  expect(() => define(all, { failFast: true })).toThrow(
    /task b has the trigger rule all_done, but failFast ends the run at the first failure/,
  );
});
