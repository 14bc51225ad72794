import { condition } from '@temporalio/workflow';
import { z } from 'zod';

import { testDag } from '../../testing/test-dag.ts';
import { processorTime } from '../support/processor-time.ts';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { approve, choose } from '../../workflows/operators/choose.ts';
import { notifySlack } from '../../workflows/operators/notify.ts';
import { s3KeySensor } from '../../workflows/operators/s3-key-sensor.ts';
import { waitForSignal } from '../../workflows/operators/wait-for-signal.ts';
import { waitFor } from '../../workflows/operators/wait-until.ts';

interface Shop {
  readonly orders: (day: string) => Promise<readonly string[]>;
  readonly price: (order: string) => Promise<number>;
}

const shop = activitiesOn<Shop>('io');

const at = new Date('2026-03-02T00:00:00Z');
const minute = 60_000;

class Weather extends Error {
  readonly canRetry = true;
  readonly system = 'shop';
  readonly code = 'busy';
}

const prices = dag(
  'prices',
  { schedule: null, defaultArgs: { retries: 1, retryDelay: '10 minutes' } },
  ({ task, map }) => {
    const orders = task('orders', { run: (_, { logicalDate }) => shop.orders(logicalDate.toISOString().slice(0, 10)) });
    const priced = map('priced', orders, { maxActiveTisPerDagrun: 2, run: (order) => shop.price(order) });
    task('total', { needs: { priced }, run: (given) => given.priced.reduce((sum, one) => sum + one, 0) });
  },
);

describe("a task's own code in a test", () => {
  test('calls the activities that the test gives, with what their JSON says', async () => {
    const days: string[] = [];
    const { state, result } = await testDag<Shop>(prices, {
      at,
      activities: {
        io: {
          orders: (day) => {
            days.push(day);
            return ['a', 'bb'];
          },
          price: async (order) => order.length,
        },
      },
    });
    expect([state, days, result({ taskId: 'total' })]).toEqual(['success', ['2026-03-02'], 3]);
  });

  test('is not told of weather, and is tried again after an error; both take time of the clock alone', async () => {
    const calls: unknown[] = [];
    const taken = processorTime();
    const { tries, result } = await testDag<Shop>(prices, {
      at,
      activities: {
        io: {
          orders: (_, { tryNumber, attempt }) => {
            calls.push([tryNumber, attempt]);
            if (attempt < 3) throw new Weather('try later');
            if (tryNumber === 1) throw new Error('closed');
            return [];
          },
        },
      },
    });
    expect(taken()).toBeLessThan(500);
    const [first, second] = tries({ taskId: 'orders' });
    expect(calls).toEqual([1, 2].flatMap((tryNumber) => [1, 2, 3].map((attempt) => [tryNumber, attempt])));
    expect(first).toMatchObject({ state: 'up_for_retry', error: { message: 'closed' } });
    expect((first?.end ?? 0) - at.getTime()).toBe(250 + 500);
    expect((second?.start ?? 0) - (first?.end ?? 0)).toBe(10 * minute);
    expect(result({ taskId: 'orders' })).toEqual([]);
  });

  test('keeps to the limits of its run', async () => {
    let now = 0;
    let most = 0;
    const { state } = await testDag<Shop>(prices, {
      activities: {
        io: {
          orders: () => ['a', 'b', 'c', 'd', 'e'],
          price: async () => {
            most = Math.max(most, ++now);
            await new Promise((resolve) => setImmediate(resolve));
            now--;
            return 1;
          },
        },
      },
    });
    expect([state, most]).toEqual(['success', 2]);
  });

  test.each([
    [
      'an activity that is not given',
      prices,
      'task orders of DAG prices calls activity io.orders, which the test does not give',
    ],
    [
      'what Temporal alone can do',
      dag('bare', { schedule: null }, ({ task }) => {
        task('waits', { run: () => condition(() => true) });
      }),
      'task waits of DAG bare calls Temporal itself, which takes a worker',
    ],
    [
      'a signal that nobody sends',
      dag('deaf', { schedule: null }, ({ task }) => {
        task('waits', { run: () => waitForSignal('go', z.string()) });
      }),
      'the run of deaf waits for what the test does not bring: waits waits for signal go (give it in signals)',
    ],
    [
      'a question that nobody answers',
      dag('asks', { schedule: null }, ({ task }) => {
        task('ask', { run: () => approve({ subject: 'Release?' }) });
      }),
      'ask waits for an answer: Release? (Approve / Reject) (give answers.ask)',
    ],
  ])('fails the test, and no try hides it, with %s', async (_, wrong, words) => {
    await expect(testDag(wrong)).rejects.toThrow(words);
  });
});

describe('waiting in a test', () => {
  test('fails the task, without another try, of a signal by which the engine itself is told something', async () => {
    const deaf = dag('deaf', { schedule: null, defaultArgs: { retries: 2 } }, ({ task }) => {
      for (const name of ['turn', 'slots']) task(name, { run: () => waitForSignal(name, z.unknown()) });
    });
    const { tries } = await testDag(deaf, { signals: [{ name: 'turn', payload: null }] });
    expect(['turn', 'slots'].map((taskId) => tries({ taskId }).map(({ error }) => error?.message))).toEqual([
      ["the signal turn is the engine's own: wait for one of another name"],
      ["the signal slots is the engine's own: wait for one of another name"],
    ]);
  });

  const waits = dag('waits', { schedule: null }, ({ task }) => {
    const file = task('file', {
      run: () => s3KeySensor({ bucketKey: 'in/a.csv', pokeInterval: '5 minutes', timeout: '1 hour' }),
    });
    const rest = task('rest', { after: [file], run: () => waitFor('1 day') });
    const go = task('go', { after: [rest], run: () => waitForSignal('go', z.object({ by: z.string() })) });
    const release = task('release', {
      after: [go],
      run: () => approve({ subject: 'Release?', timeout: '2 hours', defaults: 'Reject' }),
    });
    task('where', { after: [release], run: () => choose({ subject: 'Where?', options: ['north', 'south'] }) });
  });
  const file = { key: 'in/a.csv', size: 1, lastModified: at.toISOString() };

  test('takes no time: pokes, waits, signals and answers come by the clock of the run', async () => {
    const pokes: number[] = [];
    const taken = processorTime();
    const { state, tries, result } = await testDag(waits, {
      at,
      activities: {
        io: {
          findObjects: ({ bucketKey }, { attempt }) => {
            pokes.push(attempt);
            return attempt < 4 || bucketKey[0] !== file.key ? null : [file];
          },
        },
      },
      signals: [
        { name: 'go', payload: 'not right' },
        { name: 'go', payload: { by: 'ada' }, after: '30 hours' },
      ],
      answers: { where: ({ options }) => options.at(-1) },
    });
    expect(taken()).toBeLessThan(500);
    expect(state).toBe('success');
    expect(pokes).toEqual([1, 2, 3, 4]);
    const ends = ['file', 'rest', 'go', 'release'].map((taskId) => tries({ taskId })[0]?.end ?? 0);
    expect(ends.map((end) => (end - at.getTime()) / minute)).toEqual([15, 15 + 24 * 60, 30 * 60, 32 * 60]);
    expect(['go', 'release', 'where'].map((taskId) => result({ taskId }))).toEqual([{ by: 'ada' }, false, 'south']);
  });

  test('ends a sensor when its timeout is over, and fails a test for an answer that is no option', async () => {
    const { states, status } = await testDag(waits, { activities: { io: { findObjects: () => null } } });
    expect(states).toMatchObject({ file: 'failed', rest: 'upstream_failed' });
    expect(status.tasks[0]?.error?.message).toContain('found nothing within its timeout of 1 h 0 min');
    await expect(
      testDag(waits, {
        activities: { io: { findObjects: () => [file] } },
        signals: [{ name: 'go', payload: { by: 'ada' } }],
        answers: { where: 'west' },
      }),
    ).rejects.toThrow("where has no option 'west'; there are north, south");
  });
});

describe('the rest of a run in a test', () => {
  test('callbacks are called, and what goes wrong in them is told', async () => {
    const told: string[] = [];
    const watched = dag(
      'watched',
      {
        schedule: null,
        defaultArgs: { retries: 1, onRetryCallback: ({ label }) => void told.push(`retry ${label}`) },
        onFailureCallback: (event) => notifySlack({ channel: 'ops', event }).then(() => undefined),
      },
      ({ task }) => {
        task('load', {
          run: () => {
            throw new Error('no room');
          },
          onFailureCallback: () => {
            throw new Error('a bad callback');
          },
        });
      },
    );
    const { state, status } = await testDag(watched, {
      activities: { io: { notifySlack: ({ event }) => void told.push(`${event?.event} of ${event?.dagId}`) } },
    });
    expect([state, told]).toEqual(['failed', ['retry load', 'run_failure of watched']]);
    expect(status.callbackTroubles).toMatchObject([{ label: 'load', error: { message: 'a bad callback' } }]);
  });

  test('dagrunTimeout ends a run, failFast the tasks beside one that failed', async () => {
    const slow = dag('slow', { schedule: null, dagrunTimeout: '1 hour' }, ({ task }) => {
      task('rest', { run: () => waitFor('2 hours') });
    });
    expect((await testDag(slow)).states).toEqual({ rest: 'failed' });
    const fast = dag('fast', { schedule: null, failFast: true }, ({ task }) => {
      task('rest', { run: () => waitFor('2 hours') });
      task('breaks', {
        run: async () => {
          await waitFor('1 minute');
          throw new Error('broken');
        },
      });
    });
    const { states, tries } = await testDag(fast, { at });
    expect(states).toEqual({ rest: 'failed', breaks: 'failed' });
    expect((tries({ taskId: 'rest' })[0]?.end ?? 0) - at.getTime()).toBe(minute);
  });

  test('an executionTimeout ends a try', async () => {
    const late = dag('late', { schedule: null, defaultArgs: { executionTimeout: '1 hour' } }, ({ task }) => {
      task('rest', { run: () => waitFor('2 hours') });
    });
    const { status } = await testDag(late);
    expect(status.tasks[0]?.error?.type).toBe('TaskTimeout');
  });
});
