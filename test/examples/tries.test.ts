import type { IoActivities } from '../../activities/steps/contract.ts';
import type { ExampleActivities } from '../../examples/activities.ts';
import { watchedLoad } from '../../examples/callbacks.ts';
import { allOrNothing, byNoon } from '../../examples/deadlines.ts';
import { fewAtATime } from '../../examples/limits.ts';
import { stubbornLoad } from '../../examples/retries.ts';
import { testDag } from '../../testing/test-dag.ts';
import type { TryRecord } from '../../workflows/engine/task-record.ts';

const minute = 60_000;
const at = new Date('2026-03-02T00:00:00Z');

/** Minutes from each try to the next. */
const pauses = (tries: readonly TryRecord[]) =>
  tries.slice(1).map(({ start }, before) => Math.round((start - (tries[before]?.end ?? 0)) / minute));

test('tries: waits that grow, and a policy that asks the error', async () => {
  const { state, tries } = await testDag<ExampleActivities>(stubbornLoad, {
    activities: {
      io: {
        load: ({ file }, { tryNumber }) => {
          if (file === 'orders.csv' && tryNumber < 4) throw new Error('no room');
          if (file === 'returns.csv') throw new Error(tryNumber < 3 ? 'too many requests' : 'forbidden');
          return 1;
        },
      },
    },
  });
  // From 5, 10 and 20 minutes up to twice as long by chance, and no longer than 15.
  const [first, second, third] = pauses(tries({ taskId: 'orders' }));
  expect(first).toBeGreaterThanOrEqual(5);
  expect(first).toBeLessThanOrEqual(10);
  expect(second).toBeGreaterThanOrEqual(10);
  expect(third).toBe(15);
  expect(pauses(tries({ taskId: 'returns' }))).toEqual([1, 1]);
  expect(state).toBe('failed');
});

test('callbacks tell people, each where it is told to', async () => {
  const told: string[] = [];
  const tell = (text: string): undefined => void told.push(text);
  await testDag<ExampleActivities & IoActivities>(watchedLoad, {
    activities: {
      io: {
        load: (_, { tryNumber }) => {
          if (tryNumber === 1) throw new Error('no room');
          return 1;
        },
        notifySlack: ({ channel, text, event }) => tell(`${channel}: ${text ?? event?.event}`),
      },
    },
  });
  await testDag<ExampleActivities & IoActivities>(watchedLoad, {
    activities: {
      io: {
        load: () => {
          throw new Error('no room');
        },
        notifySlack: ({ channel, event }) => tell(`${channel}: ${event?.event}`),
        notifyEmail: ({ channel, event }) => tell(`mail to ${channel}: ${event?.event}`),
      },
    },
  });
  expect(told).toEqual([
    'ops: retry',
    'ops: load took 2 tries',
    'ops: retry',
    'ops: run_failure',
    'mail to owners: run_failure',
  ]);
});

test('a deadline tells, and the run goes on', async () => {
  const told: string[] = [];
  const { state } = await testDag(byNoon, {
    at,
    activities: { io: { notifySlack: ({ event }) => void told.push(event?.event ?? '') } },
  });
  // The run of 1 March begins a day after its logical date: after 12 of its 15 hours 36 are over.
  expect([state, told]).toEqual(['success', ['deadline']]);
});

test('failFast ends what runs beside the task that failed', async () => {
  const { states, tries } = await testDag(allOrNothing, { at });
  expect(states).toEqual({ slow: 'failed', check: 'failed' });
  expect((tries({ taskId: 'slow' })[0]?.end ?? 0) - at.getTime()).toBe(minute);
});

test('limits: two at a time, one of the map, and the urgent one first', async () => {
  const begun: string[] = [];
  let now = 0;
  let most = 0;
  const { state } = await testDag<ExampleActivities>(fewAtATime, {
    activities: {
      io: {
        load: async ({ file }) => {
          begun.push(file);
          most = Math.max(most, ++now);
          await new Promise((resolve) => setImmediate(resolve));
          return now--;
        },
      },
    },
  });
  expect([state, most, begun.slice(0, 2)]).toEqual(['success', 2, ['urgent.csv', 'a.csv']]);
});
