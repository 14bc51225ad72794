import { testDag } from '../../testing/test-dag.ts';
import { dag } from '../../workflows/engine/dag.ts';

interface Row {
  readonly id: string;
}

test('a label that throws, or is none, hung its run for ever: such an index has its number for a name', async () => {
  const rows = [{ id: 'a' }, {}, null, { id: 7 }, { id: ['x'] }] as unknown as readonly Row[];
  const labelled = dag('labelled', { schedule: null }, ({ task, map }) => {
    const list = task('list', { run: () => rows });
    map('each', list, { label: (row) => row.id, run: () => 1 });
    map('fixed', [1, 2], { label: (item) => (item === 1 ? 'one' : (null as unknown as Row).id), run: () => 1 });
  });
  const { state, status } = await testDag(labelled, {});
  expect(state).toBe('success');
  expect(status.tasks.map(({ label }) => label)).toEqual([
    'list',
    'each[a]',
    'each[1]',
    'each[2]',
    'each[7]',
    'each[4]',
    'fixed[one]',
    'fixed[1]',
  ]);
});
