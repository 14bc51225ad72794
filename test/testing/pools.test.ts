import { AdapterError } from '../../activities/shared/adapter-error.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { DagDefinitionError } from '../../dag/definition-error.ts';
import type { TryOptions } from '../../dag/options.ts';
import { testDag } from '../../testing/test-dag.ts';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { failTask } from '../../workflows/engine/failures.ts';
import { approve } from '../../workflows/operators/choose.ts';
import { sensor } from '../../workflows/operators/sensor.ts';
import { waitFor } from '../../workflows/operators/wait-until.ts';

const at = new Date('2026-03-02T00:00:00Z');
const hour = 3_600_000;

interface TestActivities {
  /** Works for ever. */
  hold(): Promise<void>;
  /** Works for two hours, by attempts. */
  holdLong(): Promise<void>;
  /** Has found something at the second poke. */
  look(): Promise<boolean>;
}

const io = activitiesOn<TestActivities>('io');

/** Tried again and again: a task that calls it holds its slots, and the clock goes on. */
const weather = (): never => {
  throw new AdapterError('not yet', { system: 's3', code: 'unavailable' });
};

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

  // A run past its time stayed `running`, with its DAG's turn, for as long as a task of it waited for a pool: for ever, where there was none.
  test('do not hold up a run that is ended: what waits for them is skipped', async () => {
    const late = dag(
      'late',
      { schedule: null, dagrunTimeout: '2 hours', defaultArgs: { pool: 'db' } },
      ({ task, map }) => {
        map('stuck', [1, 2], { poolSlots: 2, run: () => 'stuck' });
        const again = task('again', { run: () => waitFor('1 hour') });
        const held = task('held', { after: [again], pool: null, run: () => waitFor('9 hours') });
        task('below', { after: [held], run: () => 'below' });
      },
    );
    const { state, states, status } = await testDag(late, { at, pools: { db: 1 } });
    expect([state, states]).toEqual([
      'failed',
      { stuck: ['skipped', 'skipped'], again: 'success', held: 'failed', below: 'skipped' },
    ]);
    expect(status.tasks.map(({ wait }) => wait)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  test('that a try waits to be back in do not hold up a run that is ended: the try fails', async () => {
    const late = dag('late', { schedule: null, dagrunTimeout: '2 hours' }, ({ task }) => {
      task('back', { pool: 'db', poolSlots: 2, run: () => waitFor('1 hour') });
      task('holds', { pool: 'db', run: () => io.hold() });
    });
    const { states, tries } = await testDag<TestActivities>(late, {
      at,
      pools: { db: 2 },
      activities: { io: { hold: weather } },
    });
    expect(states).toEqual({ back: 'failed', holds: 'failed' });
    expect(tries({ taskId: 'back' })).toMatchObject([{ state: 'failed', error: { type: 'DagRunTimeout' } }]);
  });

  // A sensor that had found its file failed, and each of its retries, when its pool was full for longer than its executionTimeout; so did an approval that was answered.
  test.each<readonly [string, () => Promise<unknown>, string]>([
    ['a sensor’s', () => sensor({ poke: () => io.look(), pokeInterval: '10 minutes' }), 'success'],
    ['an approval’s', () => approve({ subject: 'now?' }), 'success'],
    // As in Airflow, where what was deferred is timed from its start.
    ['no deferred task’s', () => waitFor('10 minutes'), 'failed'],
  ])('that are full stop the clock of the executionTimeout of %s try', async (_, run, state) => {
    const waits = dag('waits', { schedule: null, defaultArgs: { pool: 'db' } }, ({ task }) => {
      task('timed', { priorityWeight: 2, executionTimeout: '30 minutes', run: () => run() });
      task('holds', { run: () => io.holdLong() });
    });
    const { states, tries } = await testDag<TestActivities>(waits, {
      at,
      pools: { db: 1 },
      answers: { timed: 'Approve' },
      activities: {
        io: {
          look: ({ attempt }) => attempt > 1,
          holdLong: ({ attempt }) => (attempt < 250 ? weather() : undefined),
        },
      },
    });
    expect(states).toEqual({ timed: state, holds: 'success' });
    const [timed] = tries({ taskId: 'timed' });
    expect(timed?.error?.type).toBe(state === 'success' ? undefined : 'TaskTimeout');
    expect((timed?.end ?? 0) - at.getTime() > 2 * hour).toBe(state === 'success');
  });

  test.each(['first', 'last'])(
    'do not hold up a run that fails fast, its %s task; teardowns still have theirs',
    async (which) => {
      const fast = dag('fast', { schedule: null, failFast: true }, ({ task, setup, teardown }) => {
        const up = setup('up', { run: () => 'up' });
        const bad = () => task('bad', { after: [up], run: () => failTask('told to') });
        const first = which === 'first' ? [bad()] : [];
        const stuck = task('stuck', { after: [up], pool: 'db', poolSlots: 2, run: () => 'stuck' });
        const last = which === 'last' ? [bad()] : [];
        teardown('down', { setups: [up], after: [...first, stuck, ...last], pool: 'db', run: () => 'down' });
      });
      const { states } = await testDag(fast, { at, pools: { db: 1 } });
      expect(states).toEqual({ up: 'success', bad: 'failed', stuck: 'skipped', down: 'success' });
    },
  );

  test('are not asked for what had no slot of the run when that was ended', async () => {
    const full = dag('full', { schedule: null, dagrunTimeout: '2 hours', maxActiveTasks: 1 }, ({ task }) => {
      task('holds', { run: () => io.hold() });
      task('stuck', { pool: 'db', poolSlots: 2, run: () => 'stuck' });
    });
    const { states } = await testDag<TestActivities>(full, {
      at,
      pools: { db: 1 },
      activities: { io: { hold: weather } },
    });
    expect(states).toEqual({ holds: 'failed', stuck: 'skipped' });
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
