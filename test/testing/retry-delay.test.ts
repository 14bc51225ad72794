import fc from 'fast-check';
import type { TaskDefinition } from '../../dag/definition.ts';
import { retryDelayAfter } from '../../workflows/engine/retry-delay.ts';

const error = { type: 'Error', message: 'no' };
const never = (thrown: unknown): never => {
  throw thrown;
};

function task(retryBackoff: number): TaskDefinition {
  const tries = { retries: 9, retryDelay: 1_000, retryBackoff, maxRetryDelay: 60_000, executionTimeout: null };
  return {
    id: 'a',
    needs: {},
    upstream: [],
    triggerRule: 'all_success',
    items: null,
    labels: null,
    doc: '',
    run: never,
    ...tries,
  };
}

describe('the wait for another try', () => {
  test('that grows is up to twice as long by chance, the same for the same try, and has a bound', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 12 }), (label, tryNumber) => {
        const delay = retryDelayAfter(task(2), tryNumber, error, label, never);
        const grown = 1_000 * 2 ** (tryNumber - 1);
        expect(delay).toBeGreaterThanOrEqual(Math.min(grown, 60_000));
        expect(delay).toBeLessThanOrEqual(Math.min(grown * 2, 60_000));
        expect(retryDelayAfter(task(2), tryNumber, error, label, never)).toBe(delay);
      }),
    );
  });

  test('is spread evenly over the tasks that fail together', () => {
    const waits = Array.from(
      { length: 1_000 },
      (_, n) => retryDelayAfter(task(2), 1, error, `dag#run#task#${n}`, never) ?? 0,
    );
    for (let from = 1_000; from < 2_000; from += 250) {
      const within = waits.filter((wait) => wait >= from && wait < from + 250).length;
      expect(within).toBeGreaterThan(180);
    }
  });

  test('that does not grow is exact', () => {
    expect(retryDelayAfter(task(1), 7, error, 'x', never)).toBe(1_000);
  });
});
