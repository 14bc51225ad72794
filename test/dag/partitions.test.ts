import fc from 'fast-check';
import { defineDag } from '../../dag/define-dag.ts';
import { partitionKeyProblem, readPartitionKey } from '../../dag/partition-key.ts';
import { runIdentity } from '../../dag/run-identity.ts';
import { cronPartition, cronTrigger, slotPartitionKey, upcomingRuns, type Timetable } from '../../dag/timetable.ts';
import { timetableText } from '../../dag/timetable-text.ts';

const at = (text: string): number => Date.parse(text);
const define = (schedule: Timetable | null) =>
  defineDag('some', { schedule }, ({ task }) => task('one', { run: () => 1 }));

describe('a partition timetable', () => {
  test.each([
    ['its own slot', {}, '2026-03-09T00:00:00'],
    ['the slot before', { runOffset: -1, keyFormat: '%Y-%m-%d' }, '2026-03-08'],
    ['slots to come', { runOffset: 2, keyFormat: '%Y/%m/%d' }, '2026/03/11'],
  ])('names %s', (_, options, key) => {
    expect(slotPartitionKey(cronPartition('@daily', options), { runAfter: at('2026-03-09T00:00:00Z') })).toBe(key);
  });

  test('writes keys on the clocks of its zone, slot by slot over a change of them', () => {
    const timetable = cronPartition('@daily', { timezone: 'Europe/London', runOffset: -1, keyFormat: '%Y-%m-%dT%H' });
    const bounds = { earliest: at('2026-03-29T00:00:00Z'), latest: null, catchup: true };
    const keys = upcomingRuns(timetable, null, bounds, bounds.earliest, 3).map((run) => [
      new Date(run.runAfter).toISOString(),
      slotPartitionKey(timetable, run),
    ]);
    expect(keys).toEqual([
      ['2026-03-29T00:00:00.000Z', '2026-03-28T00'],
      ['2026-03-29T23:00:00.000Z', '2026-03-29T00'],
      ['2026-03-30T23:00:00.000Z', '2026-03-30T00'],
    ]);
  });

  test('runs when a trigger timetable does, and names each slot once, whatever the offset', () => {
    const crons = fc.constantFrom('@daily', '@hourly', '15 1,13 * * 1-5', '0 0 1 * *');
    const offsets = fc.integer({ min: -5, max: 5 });
    const instants = fc.integer({ min: at('2012-01-01'), max: at('2030-01-01') });
    fc.assert(
      fc.property(crons, offsets, instants, fc.boolean(), (expression, runOffset, earliest, catchup) => {
        const timetable = cronPartition(expression, { runOffset });
        const bounds = { earliest, latest: null, catchup };
        const runs = upcomingRuns(timetable, null, bounds, earliest, 12);
        expect(runs).toEqual(upcomingRuns(cronTrigger(expression), null, bounds, earliest, 12));
        const keys = runs.map((run) => slotPartitionKey(timetable, run));
        const own = runs.map((run) => slotPartitionKey(cronPartition(expression), run));
        // The key of a slot is that of the run so many slots away.
        const shifted = runOffset < 0 ? own.slice(0, runOffset) : own.slice(runOffset);
        expect(runOffset < 0 ? keys.slice(-runOffset) : keys.slice(0, 12 - runOffset)).toEqual(shifted);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  test.each([
    ['no cron', cronPartition('daily'), 'cron daily has 1 fields'],
    ['half a slot', cronPartition('@daily', { runOffset: 0.5 }), 'runOffset is 0.5; it is a whole number of slots'],
    ['no directive', cronPartition('@daily', { keyFormat: 'x%Qx' }), "the format 'x%Qx' has %Q; there are %Y %m"],
  ])('is refused with %s', (_, timetable, problem) => {
    expect(() => define(timetable)).toThrow(problem);
  });

  test('is said in words', () => {
    expect([cronPartition('@daily'), cronPartition('@daily', { runOffset: -1 })].map(timetableText)).toEqual([
      '@daily UTC, partitions',
      '@daily UTC, partitions -1',
    ]);
  });
});

describe('the partition of a run', () => {
  const definition = define(cronPartition('@daily', { runOffset: -1, keyFormat: '%Y-%m-%d' }));
  const slot = new Date('2026-03-09T00:00:00Z');
  const click = new Date('2026-03-09T10:11:12Z');

  test.each([
    ['by its slot', { nominalTime: slot, startTime: click }, '2026-03-08'],
    ['by hand, where it is told', { nominalTime: null, startTime: click, partitionKey: 'all' }, 'all'],
    ['of none, by hand', { nominalTime: null, startTime: click }, undefined],
    ['of none, at a slot that somebody gave it', { nominalTime: null, startTime: click, logicalDate: slot }, undefined],
    [
      'by what planned it, whatever the timetable says now',
      {
        nominalTime: null,
        startTime: click,
        partitionKey: 'planned',
        slot: { runType: 'backfill', dataInterval: { start: slot.toISOString(), end: slot.toISOString() } },
      } as const,
      'planned',
    ],
  ])('is told %s', (_, origin, key) => {
    expect(runIdentity(definition, origin).partitionKey).toBe(key);
  });

  test.each([
    ['2026-03-08|us', undefined],
    ['Zürich & Genève', undefined],
    ['', 'write letters, digits and signs'],
    [' a', 'no space at its ends'],
    ['a\nb', 'on one line'],
    [7, 'the partition key is a number'],
    ['ü'.repeat(42), 'takes 252 characters'],
  ])('has the key %j, or has not', (key, problem) => {
    expect(String(partitionKeyProblem(key))).toContain(String(problem));
    expect(readPartitionKey(key)).toBe(problem === undefined ? key : undefined);
  });
});
