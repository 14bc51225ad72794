import fc from 'fast-check';
import { clearInstances, selectForClear, type ClearableDag } from '../../dag/clear.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { isFinished, type TaskState } from '../../dag/states.ts';
import { dagOf, reached, run, runWith, selected } from './clear-words.ts';
import { processorTime } from '../support/processor-time.ts';

describe('any clear', () => {
  const roles = fc.constantFrom('', '', '', '+', '-');
  /** Random graphs: task i comes after some of the tasks before it. */
  const graphs = fc
    .array(fc.record({ role: roles, upstream: fc.array(fc.nat(), { maxLength: 3 }) }), { minLength: 1, maxLength: 12 })
    .map((tasks) =>
      dagOf(
        ...tasks.map(({ role, upstream }, at) => {
          const ids = at === 0 ? [] : [...new Set(upstream.map((one) => `t${one % at}`))];
          return `${role}t${at}${ids.length === 0 ? '' : `<${ids.join(',')}`}`;
        }),
      ),
    );
  const states = fc.constantFrom<TaskState>('none', 'success', 'failed', 'upstream_failed', 'skipped', 'running');
  const directions = fc.record({ includeUpstream: fc.boolean(), includeDownstream: fc.boolean() });

  const some = (dag: ClearableDag, picks: readonly number[]) => [
    ...new Set(picks.map((pick) => `t${pick % dag.tasks.length}`)),
  ];
  const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });

  test('selects what is named, and more the more directions are asked for', () => {
    fc.assert(
      fc.property(graphs, picks, directions, (dag, picked, wide) => {
        const taskIds = some(dag, picked);
        const narrow = new Set(reached(dag, { taskIds }).split(' '));
        const wider = new Set(reached(dag, { taskIds, ...wide }).split(' '));
        for (const id of taskIds) expect(narrow.has(id)).toBe(true);
        for (const id of narrow) expect(wider.has(id)).toBe(true);
      }),
    );
  });

  test('of several tasks selects what clears of each would', () => {
    fc.assert(
      fc.property(graphs, picks, directions, (dag, picked, wide) => {
        const taskIds = some(dag, picked);
        const together = new Set(reached(dag, { taskIds, ...wide }).split(' '));
        const each = new Set(taskIds.flatMap((id) => reached(dag, { taskIds: [id], ...wide }).split(' ')));
        expect([...together].toSorted()).toEqual([...each].toSorted());
      }),
    );
  });

  test('leaves nothing finished that it selected, nothing to select twice, and the rest alone', () => {
    fc.assert(
      fc.property(graphs, picks, directions, fc.infiniteStream(states), (dag, picked, wide, stream) => {
        const before = run('r', 0, Object.fromEntries(dag.tasks.map(({ id }) => [id, stream.next().value])), 'failed');
        const request = { runId: 'r', taskIds: some(dag, picked), ...wide };
        const instances = selectForClear(dag, [before], request);
        if (isRefusal(instances)) throw new Error(instances.message);
        const outcome = clearInstances(dag, [before], instances, request);
        if (isRefusal(outcome)) throw new Error(outcome.message);
        expect(outcome.instances.map(({ taskId }) => taskId)).toEqual(instances.map(({ taskId }) => taskId));
        expect(outcome.instances.some(({ state }) => isFinished(state))).toBe(false);
        const changed = new Map(outcome.instances.map((one) => [one.taskId, one.state]));
        const after = {
          ...before,
          instances: before.instances.map((one) => ({ ...one, state: changed.get(one.taskId) ?? one.state })),
        };
        expect(selected(dag, [after], request)).toEqual([]);
      }),
    );
  });

  test.each<[string, (at: number) => readonly string[]]>([
    ['tasks', (at) => (at === 0 ? ['t0'] : [`t${at}<t${at - 1}`])],
    [
      'setups, each with its work and teardown',
      (at) => [at === 0 ? '+s0' : `+s${at}<t${at - 1}`, `t${at}<s${at}`, `-d${at}<s${at},t${at}`],
    ],
  ])('of a long chain of %s costs no more than its length', (_, link) => {
    const long = dagOf(...Array.from({ length: 5_000 }, (_link, at) => link(at)).flat());
    const taken = processorTime();
    const request = { runId: 'r', taskIds: ['t0'], includeDownstream: true, onlyFailed: false };
    expect(selected(long, [runWith(long, 'success')], request)).toHaveLength(long.tasks.length);
    expect(taken()).toBeLessThan(2_000);
  });
});
