import { dag } from '../../workflows/engine/dag.ts';
import { openBook } from '../../workflows/engine/run-book.ts';

describe('the book of a run', () => {
  const list = { taskId: 'list', mapIndex: -1 };
  const { definition } = dag('wide', { schedule: null }, ({ task, map }) => {
    const items = task('list', { run: () => Array.from({ length: 9_000 }, (_, n) => n) });
    for (const id of ['a', 'b', 'c']) map(id, items, { run: (n) => n });
  });

  function lengths(...isPatched: (() => boolean)[]): readonly (number | null)[] {
    const book = openBook(definition, [], ...isPatched);
    book.plan.settle();
    book.record(list).value = Array.from({ length: 9_000 }, (_, n) => n);
    book.plan.record(list, 'success');
    book.plan.settle();
    const refused = book.statuses().filter(({ error }) => error !== null);
    for (const { state, error } of refused) {
      expect([state, error]).toEqual([
        'upstream_failed',
        {
          type: 'PayloadTooLarge',
          message:
            'its list has 9000 items, and the run has 18001 tasks beside it, map items counted; at most 20000 fit one run',
        },
      ]);
    }
    return ['a', 'b', 'c'].map((id) => book.plan.length(id));
  }

  // A map over a result counted as one task, so that lists that came as a run went on made it larger than any record or page holds.
  test('has as many indexes as a run may have, those of results counted: a list that is one too many fails its task', () => {
    expect(lengths()).toEqual([9_000, 9_000, null]);
  });

  test('has what it had in a run that began before they were counted', () => {
    expect(lengths(() => false)).toEqual([9_000, 9_000, 9_000]);
  });
});
