import fc from 'fast-check';
import { effectiveWeights, weightRules } from '../../dag/priority.ts';
import { define } from './define.ts';

const run = (): number => 1;

test('a task weighs what its rule says: all below it, all above it, or itself', () => {
  const { tasks } = define(
    ({ task, group }) => {
      const a = task('a', { run });
      const b = task('b', { after: [a], priorityWeight: 10, run });
      const c = task('c', { after: [a], weightRule: 'absolute', priorityWeight: 3, run });
      task('d', { after: [b, c], weightRule: 'upstream', run });
      group('g', { defaultArgs: { priorityWeight: 7 } }, (inner) => inner.task('e', { after: [a], run }));
    },
    { defaultArgs: { priorityWeight: 2 } },
  );
  expect(Object.fromEntries(effectiveWeights(tasks))).toEqual({ a: 24, b: 12, c: 3, d: 17, 'g.e': 7 });
});

test('each task counts once, whatever the graph', () => {
  const graphs = fc.array(
    fc.record({
      parents: fc.array(fc.nat(200), { maxLength: 3 }),
      priorityWeight: fc.integer({ min: -3, max: 9 }),
      weightRule: fc.constantFrom(...weightRules),
    }),
    { minLength: 1, maxLength: 80 },
  );
  fc.assert(
    fc.property(graphs, (graph) => {
      const tasks = graph.map(({ parents, ...rest }, n) => ({
        id: `t${n}`,
        upstream: n === 0 ? [] : [...new Set(parents.map((one) => `t${one % n}`))],
        ...rest,
      }));
      const weights = effectiveWeights(tasks);
      for (const { id, weightRule } of tasks) {
        const counted = new Set([id]);
        // In the order of the tasks upstream comes first, so one pass from the right end finds all.
        for (const other of weightRule === 'downstream' ? tasks : []) {
          if (other.upstream.some((up) => counted.has(up))) counted.add(other.id);
        }
        for (const other of weightRule === 'upstream' ? tasks.toReversed() : []) {
          if (counted.has(other.id)) for (const up of other.upstream) counted.add(up);
        }
        const sum = tasks.reduce((so, one) => so + (counted.has(one.id) ? one.priorityWeight : 0), 0);
        expect(weights.get(id)).toBe(sum);
      }
    }),
  );
});
