import fc from 'fast-check';
import type { PlannedTask } from '../../dag/plan-node.ts';
import { makePlan, type TaskInstance } from '../../dag/planner.ts';
import { triggerRules, type TriggerRule } from '../../dag/trigger-rules.ts';

type Outcome = 'success' | 'failed' | 'skipped';

/** Runs a plan by waves: what is ready together ends together, in the order of the tasks. */
function drive(tasks: readonly PlannedTask[], outcome: (instance: TaskInstance) => Outcome) {
  const plan = makePlan(tasks);
  const waves = new Map<string, number>();
  for (let wave = 0; ; wave++) {
    const { ready } = plan.settle();
    if (ready.length === 0) break;
    for (const instance of ready) {
      waves.set(instance.taskId, wave);
      plan.record(instance, 'running');
    }
    for (const instance of ready) plan.record(instance, outcome(instance));
  }
  return { plan, waves };
}

function task(id: string, upstream: readonly string[] = [], triggerRule: TriggerRule = 'all_success'): PlannedTask {
  return { id, upstream, triggerRule, length: null };
}

describe('the planner', () => {
  test('plans 10,000 tasks in under a second', () => {
    const chain = Array.from({ length: 5_000 }, (_, n) => task(`c${n}`, n === 0 ? [] : [`c${n - 1}`]));
    const fan = Array.from({ length: 4_999 }, (_, n) => task(`f${n}`, ['c10']));
    const join = task(
      'join',
      fan.map(({ id }) => id),
    );
    const start = performance.now();
    const { plan } = drive([...chain, ...fan, join], () => 'success');
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(plan.runState()).toBe('success');
  });

  test('passes a skip through a chain to the end at once', () => {
    const chain = Array.from({ length: 100 }, (_, n) => task(`c${n}`, n === 0 ? [] : [`c${n - 1}`]));
    const { plan, waves } = drive(chain, () => 'skipped');
    expect(waves.size).toBe(1);
    expect(plan.states('c99')).toEqual(['skipped']);
    expect(plan.runState()).toBe('success');
  });

  test('lets a leaf decide the run: an all_done leaf hides a failure', () => {
    const { plan } = drive([task('a'), task('b', ['a'], 'all_done')], ({ taskId }) =>
      taskId === 'a' ? 'failed' : 'success',
    );
    expect(plan.runState()).toBe('success');
  });

  test('ends what has not begun when it is abandoned', () => {
    const plan = makePlan([task('a'), task('b', ['a'])]);
    const [first] = plan.settle().ready;
    plan.record(first ?? { taskId: '', mapIndex: -1 }, 'failed');
    expect(plan.abandon()).toEqual([{ taskId: 'b', mapIndex: -1, state: 'skipped' }]);
    expect(plan.runState()).toBe('success');
  });

  test('skips a map over nothing', () => {
    const { plan, waves } = drive([{ ...task('a'), length: 0 }, task('b', ['a'])], () => 'success');
    expect([plan.states('a'), plan.states('b'), waves.size]).toEqual([['skipped'], ['skipped'], 0]);
  });

  test('decides every task, whatever the graph, the rules and the outcomes, in any order of ends', () => {
    const rules = triggerRules.filter((rule) => !rule.startsWith('one_') && rule !== 'always');
    const graphs = fc.array(
      fc.record({
        parents: fc.array(fc.nat(100), { maxLength: 4 }),
        rule: fc.constantFrom(...rules),
        outcome: fc.constantFrom<Outcome>('success', 'failed', 'skipped'),
        length: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
      }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(1_000), { minLength: 80, maxLength: 80 }), (graph, picks) => {
        const tasks = graph.map(({ parents, rule, length }, n) => ({
          id: `t${n}`,
          upstream: n === 0 ? [] : [...new Set(parents.map((one) => `t${one % n}`))],
          triggerRule: rule,
          length,
        }));
        const outcome = ({ taskId }: TaskInstance) => graph[Number(taskId.slice(1))]?.outcome ?? 'failed';
        const byWaves = drive(tasks, outcome).plan;
        const oneByOne = makePlan(tasks);
        const running: TaskInstance[] = [...oneByOne.settle().ready];
        for (let step = 0; running.length > 0; step++) {
          const [next] = running.splice((picks[step] ?? 0) % running.length, 1);
          if (next) oneByOne.record(next, outcome(next));
          running.push(...oneByOne.settle().ready);
        }
        expect(oneByOne.runState()).not.toBe('running');
        expect(byWaves.runState()).not.toBe('running');
      }),
    );
  });
});
