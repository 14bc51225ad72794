import { selectForMark, type MarkRequest } from '../../dag/mark.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { dagOf, run } from './clear-words.ts';

const chain = dagOf('a', 'b<a', 'c<b', 'd<c', 'side<a');

function outcome(states: Parameters<typeof run>[2], request: MarkRequest, dag = chain): string {
  const found = selectForMark(dag, run('r', 0, states), request);
  if (isRefusal(found)) return found.message;
  const text = (of: typeof found.marked): string =>
    of.map(({ taskId, mapIndex }) => (mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`)).join(' ');
  return `${text(found.marked)} | ${text(found.cleared)}`;
}

const lost = { a: 'success', b: 'failed', c: 'upstream_failed', d: 'upstream_failed', side: 'failed' } as const;

describe('a mark', () => {
  test.each<[string, MarkRequest, string]>([
    ['a task alone, and clears what failed below it', { taskIds: ['b'], state: 'success' }, 'b | c d'],
    ['as failed, too', { taskIds: ['a'], state: 'failed' }, 'a | b c d side'],
    ['not what is in the state already', { taskIds: ['a'], state: 'success' }, ' | b c d side'],
    ['what is upstream', { taskIds: ['c'], state: 'success', includeUpstream: true }, 'b c | d'],
    ['what is downstream', { taskIds: ['b'], state: 'skipped', includeDownstream: true }, 'b c d | '],
    ['both', { taskIds: ['c'], state: 'success', includeUpstream: true, includeDownstream: true }, 'b c d | '],
    ['every task when none is named', { state: 'success' }, 'b c d side | '],
    [
      'nothing that there is not',
      { taskIds: ['x'], state: 'success' },
      'DAG example has no task x; its tasks are a, b, c, d, side',
    ],
  ])('takes %s', (_, request, expected) => {
    expect(outcome(lost, request)).toBe(expected);
  });

  test('takes an index of a map, and leaves setups and teardowns alone', () => {
    const mapped = dagOf('m', 'join<m');
    expect(
      outcome({ m: ['success', 'failed'], join: 'upstream_failed' }, { taskIds: [['m', 1]], state: 'success' }, mapped),
    ).toBe('m[1] | join');
    const cluster = dagOf('+up', 'work<up', '-down<up,work');
    const states = { up: 'success', work: 'failed', down: 'success' } as const;
    expect(outcome(states, { taskIds: ['work'], state: 'success' }, cluster)).toBe('work | ');
  });
});
