import type { TaskAddress } from '../../workflows/engine/queries.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { endOf, onRealServer, type Stage } from './harness.ts';

describe('many at once, on a real server', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/scale-dags', fixtureActivities());
  });

  afterAll(() => stage.end());

  test('items of a map, whose results come in their order', async () => {
    const handle = await stage.harness.start('wideMap');
    const { result } = await endOf(handle);
    expect(result?.tasks['lengths']).toEqual(Array.from({ length: 500 }, () => 'success'));
    const [sum, seventh] = await Promise.all([
      handle.query<unknown, [TaskAddress]>('result', { taskId: 'sum' }),
      handle.query<unknown, [TaskAddress]>('result', { taskId: 'lengths', mapIndex: 17 }),
    ]);
    expect([sum, seventh]).toEqual([2_250, 7]);
    const { historyLength } = await handle.describe();
    // Three an activity, and the few workflow tasks in which many of them are begun or end.
    expect(historyLength).toBeLessThan(500 * 3 + 1_500);
  });

  test('runs of one DAG, and each of them ends', async () => {
    const handles = await Promise.all(Array.from({ length: 100 }, () => stage.harness.start('chain5')));
    const ends = await Promise.all(handles.map(endOf));
    expect(ends.map(({ result }) => result?.state)).toEqual(Array.from({ length: 100 }, () => 'success'));
  });
});
