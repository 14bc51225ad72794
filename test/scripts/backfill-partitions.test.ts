import { defineDag } from '../../dag/define-dag.ts';
import { cronPartition } from '../../dag/timetable.ts';
import { planSlots } from '../../scripts/backfills/plan-slots.ts';

test('a backfill plans the slot of each partition with its key, also one that is run again', async () => {
  const schedule = cronPartition('@daily', { runOffset: -1, keyFormat: '%Y-%m-%d' });
  const definition = defineDag('some', { schedule }, ({ task }) => task('one', { run: () => 1 }));
  const ran = {
    dagId: 'some',
    runId: 'some-2026-03-02T00:00:00Z',
    state: 'failed',
    runType: 'scheduled',
    logicalDate: '2026-03-02T00:00:00Z',
    start: '2026-03-02T00:00:00Z',
    end: '2026-03-02T00:01:00Z',
  } as const;
  const none = () => Promise.reject(new Error('is not asked'));
  const reader = { list: async () => [ran], find: none, newestAttempt: none, status: none };
  // One that was terminated has left no record.
  const ledger = {
    write: none,
    read: none,
    result: none,
    writePart: none,
    readPart: none,
    list: async function* () {},
  };
  const range = { fromDate: Date.parse('2026-03-01'), toDate: Date.parse('2026-03-03') };
  const { slots } = await planSlots(
    definition,
    { ...range, reprocessBehavior: 'failed' },
    { reader, ledger, now: new Date('2026-03-09T00:00:00Z'), hasActiveBackfill: false, isCatchup: false },
  );
  expect(slots.map(({ runId, partitionKey, attempt }) => [runId, partitionKey, attempt])).toEqual([
    ['some-2026-03-01T00:00:00Z', '2026-02-28', undefined],
    ['some-2026-03-02T00:00:00Z', '2026-03-01', 0],
    ['some-2026-03-03T00:00:00Z', '2026-03-02', undefined],
  ]);
});
