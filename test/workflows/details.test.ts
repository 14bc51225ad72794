import { detailsOf } from '../../workflows/engine/details.ts';
import type { TaskStatus } from '../../workflows/engine/queries.ts';
import type { BookInstance } from '../../workflows/engine/run-book.ts';

const fresh: TaskStatus = {
  taskId: 'greet',
  mapIndex: -1,
  label: 'greet',
  state: 'none',
  tryNumber: 0,
  start: null,
  end: null,
  error: null,
};

function instanceOf(now: { status: TaskStatus }): BookInstance {
  return {
    state: () => now.status.state,
    tries: () => now.status.tryNumber,
    wait: () => now.status.wait,
    status: () => now.status,
  };
}

test('a row follows the state and the try, though both are seen only now and then', () => {
  const now = { status: fresh };
  const details = detailsOf([instanceOf(now), instanceOf({ status: { ...fresh, label: 'other' } })]);
  expect(details('running')).toContain('| greet | · none |  |  |');

  now.status = { ...fresh, state: 'running', tryNumber: 1, start: 1_000 };
  expect(details('running')).toContain('**running**: 1 running, 1 none');
  expect(details('running')).toContain('| greet | ▶ running | 1 |  |');

  now.status = { ...now.status, tryNumber: 2, error: { type: 'Error', message: 'a|b\nc' } };
  expect(details('running')).toContain('| greet | ▶ running: a b c | 2 |  |');

  const wait = { state: 'deferred', what: 'until noon' } as const;
  now.status = { ...now.status, state: 'deferred', wait };
  expect(details('running')).toContain('| greet | … deferred: until noon | 2 |  |');
  now.status = { ...now.status, wait: { ...wait, what: 'until midnight' } };
  expect(details('running')).toContain('| greet | … deferred: until midnight | 2 |  |');

  const { wait: _, ...rest } = now.status;
  now.status = { ...rest, state: 'success', end: 3_500, error: null };
  expect(details('success')).toContain('| greet | ✓ success | 2 | 2.5 s |\n| other | · none |  |  |');
});

test('a long table counts what it does not show', () => {
  const text = detailsOf(Array.from({ length: 103 }, () => instanceOf({ status: fresh })))('running');
  expect(text).toContain('**running**: 103 none');
  expect(text.match(/\| greet \|/g)).toHaveLength(100);
  expect(text).toContain('\n\nand 3 more');
});
