import fc from 'fast-check';
import { createDatabricksSteps, idempotencyToken } from '../../../activities/steps/databricks.ts';
import { waitAfter } from '../../../dag/poke-policy.ts';
import { looks } from '../../../workflows/operators/databricks-job.ts';

interface Named {
  readonly namespace: string;
  readonly runId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly call: number;
  readonly generation: number;
}

const place = { dagId: 'd', runId: 'r', taskId: 't', mapIndex: -1, tryNumber: 1, attempt: 1 };

test('a token is 64 hexadecimal digits, the same for every attempt, and another for all else', () => {
  const one = fc.record({
    namespace: fc.string(),
    runId: fc.string(),
    taskId: fc.string(),
    mapIndex: fc.integer({ min: -1 }),
    call: fc.integer({ min: 1 }),
    generation: fc.integer({ min: 1 }),
  });
  const tokenOf = ({ namespace, call, generation, ...at }: Named): string =>
    idempotencyToken(namespace, at, call, generation);
  fc.assert(
    fc.property(one, one, (a, b) => {
      expect(tokenOf(a)).toMatch(/^[\da-f]{64}$/);
      expect(tokenOf({ ...a })).toBe(tokenOf(a));
      expect(tokenOf(a) === tokenOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
  // Neighbours that would be one text, were they put together without care.
  expect(idempotencyToken('n', { ...place, runId: 'a', taskId: 'bc' }, 1, 1)).not.toBe(
    idempotencyToken('n', { ...place, runId: 'ab', taskId: 'c' }, 1, 1),
  );
});

test('a run of an hour is looked at 150 times at most, and noticed within 2 s up to 30 s, then within 5 % of its time', () => {
  let [at, count] = [0, 1];
  for (let attempt = 1; at < 3_600_000; attempt++, count++) {
    const wait = waitAfter(looks, attempt);
    expect(wait).toBeLessThanOrEqual(at <= 30_000 ? 2_000 : Math.max(at * 0.05, 2_000));
    at += wait;
  }
  expect(count).toBeLessThanOrEqual(150);
});

test('without a workspace a step says which settings lead to one', async () => {
  const steps = createDatabricksSteps({
    workspace: undefined,
    namespace: 'n',
    clusterId: undefined,
    place: { bucket: 'b', user: 'u' },
  });
  const { signal } = new AbortController();
  await expect(steps.findDatabricksEnd({ runId: 1 }, { place, signal })).rejects.toThrow('set DATABRICKS_HOST');
});
