import { tasksTable } from '../../../scripts/runs/run-text.ts';
import type { TaskStatus } from '../../../workflows/engine/queries.ts';

const start = Date.parse('2026-03-01T06:00:00.400Z');
const status: TaskStatus = {
  taskId: 'land',
  mapIndex: -1,
  label: 'land',
  state: 'none',
  tryNumber: 0,
  start: null,
  end: null,
  error: null,
};
const rowOf = (more: Partial<TaskStatus>): readonly string[] => {
  const [, , , row = ''] = tasksTable([{ ...status, ...more }]).split('\n');
  return row
    .split('│')
    .slice(1, -1)
    .map((cell) => cell.trim());
};

test('a task that has not begun has nothing but its state', () => {
  expect(rowOf({})).toEqual(['land', 'none', '', '', '', '']);
});

test('a task that ended says when it began, how long it took, and why it failed, on one line', () => {
  const error = { type: 'Error', message: `no\nroom ${'x'.repeat(100)}` };
  const [label, ...cells] = rowOf({
    label: 'land[pin]',
    state: 'failed',
    tryNumber: 2,
    start,
    end: start + 4_200,
    error,
  });
  expect(label).toBe('land[pin]');
  expect(cells.slice(0, 4)).toEqual(['failed', '2', '2026-03-01T06:00:00Z', '4.2 s']);
  expect(cells[4]).toMatch(/^no room x{71}…$/);
});

test('a task that waits says for what', () => {
  const wait = { state: 'deferred', what: 'until 2026-03-01T07:00:00Z' } as const;
  expect(rowOf({ state: 'deferred', tryNumber: 1, start, wait }).at(-1)).toBe('until 2026-03-01T07:00:00Z');
});
