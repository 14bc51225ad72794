import { dag } from '../../workflows/engine/dag.ts';
import { failTask } from '../../workflows/engine/failures.ts';
import { testDag } from '../../testing/test-dag.ts';
import type { TryOptions } from '../../dag/options.ts';

const minute = 60_000;

/** Minutes between the tries of a task that fails with an error of this kind. */
async function waitsUnder(retryPolicy: NonNullable<TryOptions['retryPolicy']>, type = 'Busy'): Promise<number[]> {
  const failing = dag('failing', { schedule: null, defaultArgs: { retries: 2, retryDelay: '1 hour' } }, ({ task }) => {
    task('call', {
      retryPolicy,
      run: () => {
        throw Object.assign(new Error('told to'), { name: type });
      },
    });
  });
  const { tries, state } = await testDag(failing);
  expect(state).toBe('failed');
  const records = tries({ taskId: 'call' });
  return records.slice(1).map(({ start }, n) => (start - (records[n]?.end ?? 0)) / minute);
}

describe('a retryPolicy', () => {
  const byType: NonNullable<TryOptions['retryPolicy']> = ({ type }) => {
    if (type === 'Hopeless') return 'fail';
    return type === 'Busy' ? { delay: '5 minutes' } : 'retry';
  };

  test('decides by the error, and within retries', async () => {
    expect(await waitsUnder(byType, 'Busy')).toEqual([5, 5]);
    expect(await waitsUnder(byType, 'Other')).toEqual([60, 60]);
    expect(await waitsUnder(byType, 'Hopeless')).toEqual([]);
  });

  test('that throws, or says no duration, leaves the task to its own schedule', async () => {
    const throws = (): never => {
      throw new Error('a policy that throws');
    };
    expect(await waitsUnder(throws)).toEqual([60, 60]);
    expect(await waitsUnder(() => ({ delay: 'soon' as '5 minutes' }))).toEqual([60, 60]);
  });

  test('is not asked about what ends the tries anyway', async () => {
    const final = dag('final', { schedule: null, defaultArgs: { retries: 2 } }, ({ task }) => {
      task('call', { retryPolicy: () => 'retry', run: () => failTask('no more') });
    });
    expect((await testDag(final)).tries({ taskId: 'call' })).toHaveLength(1);
  });
});
