import type { WorkflowHandle } from '@temporalio/client';
import fc from 'fast-check';
import { defineDag } from '../../dag/define-dag.ts';
import type { RunStatus } from '../../workflows/engine/queries.ts';
import { openSlots } from '../../workflows/engine/task-slots.ts';
import type { TryRecord } from '../../workflows/engine/task-record.ts';
import { eventually } from '../support/own-state.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { endOf, skippingTime, type Harness, type Stage } from './harness.ts';

describe('slots, whatever comes and goes', () => {
  const definition = defineDag('slots', { schedule: null, maxActiveTasks: 3 }, ({ map }) => {
    for (const id of ['a', 'b', 'c']) {
      map(id, [1, 2, 3, 4], {
        priorityWeight: id === 'b' ? 5 : 1,
        ...(id !== 'c' && { maxActiveTisPerDagrun: 2 }),
        run: () => id,
      });
    }
  });
  const instances = ['b', 'a', 'c'].flatMap((taskId) => [0, 1, 2, 3].map((mapIndex) => ({ taskId, mapIndex })));

  test('are never more than there are, let in all in the end, and the heaviest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 40, maxLength: 40 }), (picks) => {
        const slots = openSlots(definition);
        const running: { readonly taskId: string; readonly mapIndex: number }[] = [];
        const order: string[] = [];
        for (const one of instances.toReversed()) {
          const begin = (): void => {
            running.push(one);
            order.push(`${one.taskId}${one.mapIndex}`);
            slots.follow(one, 'running');
          };
          expect(slots.ask(one, begin)).toBe(false);
        }
        slots.admit();
        expect(order).toEqual(['b3', 'b2', 'a3']);
        for (const pick of picks) {
          const [ended] = running.splice(pick % Math.max(running.length, 1), 1);
          if (ended === undefined) break;
          slots.follow(ended, pick % 2 === 0 ? 'success' : 'deferred');
          slots.follow(ended, 'success');
          slots.admit();
          expect(running.length).toBeLessThanOrEqual(3);
          for (const id of ['a', 'b']) {
            expect(running.filter(({ taskId }) => taskId === id).length).toBeLessThanOrEqual(2);
          }
        }
        expect(order.toSorted()).toEqual(instances.map(({ taskId, mapIndex }) => `${taskId}${mapIndex}`).toSorted());
      }),
    );
  });
});

describe('a run with limits, with time skipped', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await skippingTime('test/workflows/fixtures/slot-dags', fixtureActivities());
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  /** When the tries of each instance began, in hours from the run's first. */
  async function hoursOf(handle: WorkflowHandle): Promise<Readonly<Record<string, readonly number[]>>> {
    const { tasks } = await handle.query<RunStatus>('states');
    const first = Math.min(...tasks.map(({ start }) => start ?? Number.POSITIVE_INFINITY));
    const hours: Record<string, readonly number[]> = {};
    // One after the other: of queries that reach a worker for one run at once, some may never be answered.
    for (const { label, taskId, mapIndex } of tasks) {
      const tries = await handle.query<readonly TryRecord[], [object]>('tries', { taskId, mapIndex });
      hours[label] = tries.map(({ start }) => Math.round((start - first) / 3_600_000));
    }
    return hours;
  }

  const statesOf = async (handle: WorkflowHandle) =>
    (await handle.query<RunStatus>('states')).tasks.map(({ state }) => state);

  test('runs two indexes of a map at a time, the others queued', async () => {
    const handle = await harness.start('narrow');
    await eventually('the map has begun', async () => (await statesOf(handle)).includes('queued'));
    expect(await statesOf(handle)).toEqual(['running', 'running', 'queued', 'queued', 'queued', 'none']);
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await hoursOf(handle)).toEqual({
      'each[a]': [0],
      'each[b]': [0],
      'each[c]': [1],
      'each[d]': [1],
      'each[e]': [2],
      end: [3],
    });
  });

  test('lets in the heaviest first; what waits holds no slot, and a new try needs one', async () => {
    const handle = await harness.start('crowded');
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await hoursOf(handle)).toEqual({
      light: [1],
      dozing: [0],
      // Its wait of half an hour was over before there was room.
      again: [0, 1],
      heavy: [0],
      lead: [0],
      one: [2],
      two: [3],
    });
  });

  test('does not begin what was skipped while it waited', async () => {
    const { result } = await endOf(await harness.start('cutShort'));
    expect(result).toEqual({ state: 'success', tasks: { gate: 'success', early: 'skipped', other: 'success' } });
  });

  test('skips what waits when the first failure ends the run, but runs teardowns', async () => {
    const { result } = await endOf(await harness.start('failingFast'));
    expect(result?.tasks).toEqual({
      up: 'success',
      broken: 'failed',
      other: 'skipped',
      more: 'skipped',
      down: 'success',
    });
  });

  test('skips what waits when it is cancelled', async () => {
    const handle = await harness.start('narrow');
    await eventually('the map has begun', async () => (await statesOf(handle)).includes('queued'));
    await handle.cancel();
    expect((await endOf(handle)).type).toBe('CancelledFailure');
    expect(await statesOf(handle)).toEqual(['failed', 'failed', 'skipped', 'skipped', 'skipped', 'skipped']);
  });
});
