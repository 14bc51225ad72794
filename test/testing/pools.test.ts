import { defineDag } from '../../dag/define-dag.ts';
import { DagDefinitionError } from '../../dag/definition-error.ts';
import type { TryOptions } from '../../dag/options.ts';
import { testDag } from '../../testing/test-dag.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { waitFor } from '../../workflows/operators/wait-until.ts';

const at = new Date('2026-03-02T00:00:00Z');
const hour = 3_600_000;

describe('pools in a test', () => {
  // What runs holds slots, and time passes only for what waits: each task waits first, and holds its slot while it awaits another task's.
  const shared = dag('shared', { schedule: null, defaultArgs: { pool: 'db' } }, ({ map, task }) => {
    map('each', [1, 2, 3], { run: (n) => waitFor(`${n} hours`) });
    task('free', { pool: null, run: () => 'free' });
    task('whole', { poolSlots: 2, priorityWeight: 9, run: () => 'whole' });
  });

  test('have the size that the test says, and what waits holds nothing', async () => {
    const { states, tries } = await testDag(shared, { at, pools: { db: 2 } });
    expect(states).toEqual({ each: ['success', 'success', 'success'], free: 'success', whole: 'success' });
    const ends = [0, 1, 2].map((mapIndex) => (tries({ taskId: 'each', mapIndex })[0]?.end ?? 0) - at.getTime());
    expect(ends).toEqual([hour, 2 * hour, 3 * hour]);
  });

  test('that are too small keep a task in the line, and the test says so', async () => {
    await expect(testDag(shared, { at, pools: { db: 1 } })).rejects.toThrow(
      'whole waits for 2 slots of the pool db, which has 1: tw pools set db SLOTS',
    );
  });

  test.each<readonly [TryOptions, string]>([
    [{ pool: 'a/b' }, "the pool 'a/b' is no name"],
    [{ pool: 'a', poolSlots: 0 }, 'poolSlots is 0; it is a whole number from 1'],
    [{ poolSlots: 2 }, 'has poolSlots, but no pool'],
    [{ maxActiveTisPerDag: 1.5 }, 'maxActiveTisPerDag is 1.5; it is a whole number from 1'],
  ])('%j is a definition error', (options, message) => {
    const define = () => defineDag('some', { schedule: null }, ({ task }) => task('a', { ...options, run: () => 1 }));
    expect(define).toThrow(DagDefinitionError);
    expect(define).toThrow(`task a: ${message}`);
  });
});
