import { oracleCases } from '../dag/oracle.ts';
import { defineRecorded, type RecordedDag } from '../dag/recorded-dag.ts';
import type { TaskAddress } from '../../workflows/engine/queries.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { endOf, onRealServer, taskOf, type Harness, type Stage } from './harness.ts';

/** Every kind of graph in turn, whatever its order of ends. */
const recorded = oracleCases<RecordedDag>('graph.jsonl')
  ?.filter((one) => one.stable && isDefinable(one))
  .filter((_, at) => at % 6 === 0);

describe('graphs, on a real server', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/graph-dags', fixtureActivities());
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  (recorded === undefined ? test.skip : test)('end as Airflow says, one run each', async () => {
    expect(recorded?.length).toBeGreaterThan(200);
    const left = [...(recorded ?? [])];
    const differences: unknown[] = [];
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let one = left.pop(); one !== undefined; one = left.pop()) {
          const { result } = await endOf(await harness.start('recordedGraph', one));
          const is = { run: result?.state, states: alone(result?.tasks ?? {}) };
          const should = { run: one.expected.run, states: alone(one.expected.states) };
          if (JSON.stringify(is) !== JSON.stringify(should)) differences.push({ id: one.id, is, should });
        }
      }),
    );
    expect(differences).toEqual([]);
  });

  test('map over what a task gives, when it is there', async () => {
    const handle = await harness.start('lists');
    const { result } = await endOf(handle);
    expect(result).toEqual({
      state: 'success',
      tasks: {
        rows: 'success',
        lengths: ['success', 'skipped', 'success'],
        pairs: ['success', 'success'],
        nothing: 'success',
        none: ['skipped'],
        sum: 'success',
        end: 'success',
      },
    });
    await expect(handle.query<unknown, [TaskAddress]>('result', { taskId: 'sum' })).resolves.toBe('p1 q3');
    await expect(taskOf(handle, 'lengths[row y]')).resolves.toMatchObject({ mapIndex: 1, state: 'skipped' });
  });

  test('fail the task whose result should be a list', async () => {
    const { result, message } = await endOf(await harness.start('noList'));
    expect(result?.tasks).toEqual({ rows: 'failed', each: ['upstream_failed'] });
    expect(message).toContain('task rows of DAG noList gave string, but a task is mapped over its result');
  });

  test('run a group once for each item of a list, each by itself', async () => {
    const handle = await harness.start('regions');
    const { result } = await endOf(handle);
    expect(result).toEqual({
      state: 'failed',
      tasks: {
        list: 'success',
        'each.up': ['success', 'success', 'success'],
        'each.isOpen': ['success', 'success', 'success'],
        'each.count': ['success', 'failed', 'skipped'],
        'each.down': ['success', 'success', 'success'],
        sum: 'success',
        strict: 'upstream_failed',
      },
    });
    await expect(handle.query<unknown, [TaskAddress]>('result', { taskId: 'sum' })).resolves.toEqual({
      count: [
        { state: 'success', value: 'cluster north: 5' },
        { state: 'failed', error: { type: 'TaskFailed', message: 'told to' } },
        { state: 'skipped' },
      ],
      down: ['north', 'south', 'east'].map((name) => ({
        state: 'success',
        value: { state: 'success', value: `cluster ${name}` },
      })),
    });
    await expect(taskOf(handle, 'each.count[south]')).resolves.toMatchObject({ mapIndex: 1, state: 'failed' });
  });

  test('skip a group over nothing', async () => {
    const { result } = await endOf(await harness.start('noRegions'));
    expect(result?.tasks).toEqual({
      list: 'success',
      'each.first': ['skipped'],
      'each.second': ['skipped'],
      end: 'success',
    });
  });

  test('choose a group, and take down what was set up in it', async () => {
    const handle = await harness.start('choices');
    const { result } = await endOf(handle);
    expect(result?.tasks).toEqual({
      pick: 'success',
      other: 'skipped',
      'work.up': 'success',
      'work.failing': 'failed',
      'work.down': 'success',
      newest: 'skipped',
      end: 'success',
    });
    const down = await handle.query<unknown, [TaskAddress]>('result', { taskId: 'work.down' });
    expect(down).toEqual({ state: 'success', value: 'address' });
  });
});

function isDefinable(one: RecordedDag): boolean {
  try {
    defineRecorded(one, () => {
      throw new Error('no task runs here');
    });
    return true;
  } catch {
    return false;
  }
}

/** One state is written alone, mapped or not, and the order of tasks is not compared. */
function alone(states: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(states)
      .map(([id, state]) => [id, Array.isArray(state) && state.length === 1 ? (state[0] as unknown) : state] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
