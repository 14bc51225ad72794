import type { IoActivities } from '../../activities/steps/contract.ts';
import type { ExampleActivities } from '../../examples/activities.ts';
import { askedFirst } from '../../examples/approval.ts';
import { awaitedRecords } from '../../examples/kafka-offset-sensor.ts';
import { awaitedFiles } from '../../examples/s3-key-sensor.ts';
import { awaitedExport } from '../../examples/sensor.ts';
import { awaitedSignal, laterInTheDay } from '../../examples/waits.ts';
import { testDag } from '../../testing/test-dag.ts';

const at = new Date('2026-03-02T00:00:00Z');
const hour = 3_600_000;

test('a sensor pokes until its activity finds something', async () => {
  const pokes: string[] = [];
  const { state, tries, result } = await testDag<ExampleActivities>(awaitedExport, {
    at,
    activities: {
      io: {
        findExport: ({ day }, { attempt }) => {
          pokes.push(day);
          return attempt < 13 ? null : { file: `${day}.csv` };
        },
        load: ({ file }) => file.length,
      },
    },
  });
  expect([state, pokes.length, result({ taskId: 'load' })]).toEqual(['success', 13, '2026-03-02.csv'.length]);
  expect((tries({ taskId: 'found' })[0]?.end ?? 0) - at.getTime()).toBe(hour);
});

test('a sensor that fails softly skips when its timeout is over', async () => {
  const { state, states } = await testDag<ExampleActivities>(awaitedExport, {
    activities: { io: { findExport: () => null } },
  });
  expect([state, states]).toEqual(['success', { found: 'skipped', load: 'skipped' }]);
});

test('waits for objects, and maps over them', async () => {
  const lastModified = at.toISOString();
  const { states, status } = await testDag<ExampleActivities & IoActivities>(awaitedFiles, {
    activities: {
      io: {
        findObjects: (_, { attempt }) =>
          attempt < 3 ? null : ['a', 'b'].map((name) => ({ key: `incoming/${name}.csv`, size: 9, lastModified })),
        load: () => 1,
      },
    },
  });
  expect(states).toEqual({ files: 'success', load: ['success', 'success'] });
  expect(status.tasks.at(-1)?.label).toBe('load[incoming/b.csv]');
});

test('waits for records, then for more', async () => {
  let end = 900;
  const { state, result } = await testDag(awaitedRecords, {
    activities: {
      io: {
        findOffsets: ({ records, since }) => {
          end += 100;
          const from = since[0]?.offset ?? 0;
          return end - from < records ? null : [{ partition: 0, offset: end }];
        },
      },
    },
  });
  expect([state, result({ taskId: 'seen' }), result({ taskId: 'more' })]).toEqual([
    'success',
    [{ partition: 0, offset: 1_000 }],
    [{ partition: 0, offset: 1_500 }],
  ]);
});

test('waits for times, counted from the data interval or told', async () => {
  const { tries } = await testDag(laterInTheDay, { at });
  const ends = ['settled', 'rested', 'atNine'].map((taskId) => (tries({ taskId })[0]?.end ?? 0) - at.getTime());
  expect(ends).toEqual([2 * hour, 2.5 * hour, 8 * hour]);
});

test('waits for a signal', async () => {
  const { result } = await testDag(awaitedSignal, {
    signals: [{ name: 'ready', payload: { rows: 3 }, after: '2 hours' }],
  });
  expect(result({ taskId: 'tell' })).toBe('3 rows are ready');
  expect((await testDag(awaitedSignal)).states).toEqual({ ready: 'failed', tell: 'upstream_failed' });
});

test.each([
  [
    'yes, inside',
    { release: 'Approve', where: 'inside' },
    { where: 'success', everywhere: 'skipped', inside: 'success' },
  ],
  ['no', { release: 'Reject' }, { where: 'skipped', everywhere: 'skipped', inside: 'skipped' }],
  ['nobody', {}, { where: 'skipped', everywhere: 'skipped', inside: 'skipped' }],
])('asks people: %s', async (_, answers, states) => {
  const ended = await testDag<ExampleActivities>(askedFirst, {
    answers,
    activities: { io: { publish: () => undefined } },
  });
  expect(ended.states).toEqual({ release: 'success', ...states });
});
