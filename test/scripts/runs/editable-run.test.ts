import { clearableDag } from '../../../dag/clearable.ts';
import { defineDag } from '../../../dag/define-dag.ts';
import { markersOf } from '../../../scripts/runs/editable-run.ts';

test('a group stands for all that is in it, groups of its own too; a task of that name comes first', () => {
  const dag = defineDag('nightly', { schedule: null }, ({ task, group }) => {
    task('file', { run: () => 1 });
    group('file2', {}, (inner) => {
      inner.task('fetch', { run: () => 1 });
      inner.group('checks', {}, (deeper) => {
        deeper.task('rows', { run: () => 1 });
      });
    });
  });
  const run = { runId: 'r', logicalDate: 0, state: 'success', instances: [] } as const;
  const markers = (name: string) => markersOf(clearableDag(dag), { run, record: undefined, labels: new Map() }, [name]);
  expect(markers('file2')).toEqual(['file2.fetch', 'file2.checks.rows']);
  expect(markers('file2.checks')).toEqual(['file2.checks.rows']);
  expect(markers('file')).toEqual(['file']);
  expect(markers('file2.ch')).toBe(
    'DAG nightly has no task file2.ch; its tasks are file, file2.fetch, file2.checks.rows',
  );
});
