import fc from 'fast-check';
import type { PlannedTask } from '../../dag/plan-node.ts';
import { makePlan, type TaskInstance } from '../../dag/planner.ts';
import { triggerRules, type TriggerRule } from '../../dag/trigger-rules.ts';
import { processorTime } from '../support/processor-time.ts';

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
    const taken = processorTime();
    const { plan } = drive([...chain, ...fan, join], () => 'success');
    expect(taken()).toBeLessThan(1_000);
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

  const instance = (taskId: string, mapIndex = -1): TaskInstance => ({ taskId, mapIndex });

  test('skips what a choice skips, but not what runs, and skips it again when it is cleared', () => {
    const plan = makePlan([task('pick'), task('a', ['pick']), task('b', ['pick']), task('early', ['pick'], 'always')]);
    plan.settle();
    plan.record(instance('early'), 'running');
    plan.record(instance('pick'), 'success', { follow: ['a'] });
    const { ready, ended } = plan.settle();
    expect(ready).toEqual([instance('a')]);
    expect(ended).toEqual([{ ...instance('b'), state: 'skipped' }]);
    expect(plan.states('early')).toEqual(['running']);
    plan.clear([instance('b')]);
    expect(plan.settle().ended).toEqual([{ ...instance('b'), state: 'skipped' }]);
    plan.clear([instance('pick'), instance('b')]);
    expect(plan.settle().ready).toEqual([instance('pick')]);
    plan.record(instance('pick'), 'success', { follow: ['a', 'b'] });
    expect(plan.settle().ready).toEqual([instance('b')]);
  });

  test('ends what is ready and has not begun when a choice skips it', () => {
    const plan = makePlan([task('stop'), task('a', ['stop'], 'always'), task('down', ['a'])]);
    expect(plan.settle().ready).toEqual([instance('stop'), instance('a')]);
    plan.record(instance('stop'), 'success', { skip: 'direct' });
    expect(plan.settle().ended.map(({ taskId }) => taskId)).toEqual(['a', 'down']);
  });

  test('gives a cleared run the state that its tasks then come to', () => {
    const { plan } = drive([task('a'), task('b', ['a']), task('c', ['b'])], ({ taskId }) =>
      taskId === 'a' ? 'failed' : 'success',
    );
    expect(plan.runState()).toBe('failed');
    plan.clear([instance('a'), instance('c')]);
    expect(plan.runState()).toBe('running');
    expect(plan.settle()).toEqual({ ready: [instance('a')], ended: [{ ...instance('c'), state: 'upstream_failed' }] });
    plan.record(instance('a'), 'success');
    plan.settle();
    // What was decided below stays, unless it is cleared, too.
    expect([plan.states('b'), plan.runState()]).toEqual([['upstream_failed'], 'failed']);
    plan.clear([instance('b'), instance('c')]);
    expect(plan.settle().ready).toEqual([instance('b')]);
  });

  test('clears one index of a map', () => {
    const { plan } = drive([{ ...task('m'), length: 3 }, task('end', ['m'])], () => 'success');
    plan.clear([instance('m', 1), instance('end')]);
    expect(plan.settle().ready).toEqual([instance('m', 1)]);
    plan.record(instance('m', 1), 'failed');
    expect(plan.settle().ended).toEqual([{ ...instance('end'), state: 'upstream_failed' }]);
  });

  test('expands a map when its length is known, and anew when a clear has changed it', () => {
    let length: number | null = 2;
    const mapped = { ...task('each', ['rows']), over: ['rows'] };
    const plan = makePlan([task('rows'), mapped, task('end', ['each'], 'none_failed')], () => length);
    const finish = (ends: readonly TaskInstance[]) => {
      for (const one of ends) plan.record(one, 'success');
    };
    finish(plan.settle().ready);
    const first = plan.settle().ready;
    expect(first).toEqual([instance('each', 0), instance('each', 1)]);
    finish(first);
    finish(plan.settle().ready);
    expect(plan.runState()).toBe('success');

    plan.clear([instance('rows'), ...first, instance('end')]);
    length = 3;
    finish(plan.settle().ready);
    const second = plan.settle().ready;
    expect(second).toHaveLength(3);
    finish(second);
    finish(plan.settle().ready);

    plan.clear([instance('rows'), ...second, instance('end')]);
    length = 1;
    finish(plan.settle().ready);
    expect(plan.settle()).toEqual({
      ready: [instance('each', 0)],
      ended: [1, 2].map((at) => ({ ...instance('each', at), state: 'removed' })),
    });
    finish([instance('each', 0)]);
    expect(plan.states('each')).toEqual(['success', 'removed', 'removed']);
  });

  test('calls a run failed in which nothing runs and nothing can', () => {
    const { plan } = drive([{ ...task('m'), length: 2 }, task('end', ['m'])], () => 'success');
    plan.clear([instance('m', 1), instance('end')]);
    plan.settle();
    plan.record(instance('m', 1), 'removed');
    expect(plan.settle()).toEqual({ ready: [], ended: [] });
    expect(plan.runState()).toBe('failed');
  });

  test('judges an index by the lengths that its list may have: none, not known', () => {
    const mapped = { ...task('each', ['rows'], 'always'), over: ['rows'] };
    expect(makePlan([task('rows'), mapped]).settle().ended).toEqual([
      { ...instance('each'), state: 'upstream_failed' },
    ]);
    const plan = makePlan([task('rows'), { ...mapped, triggerRule: 'all_done' }], () => 0);
    plan.record(plan.settle().ready[0] ?? instance(''), 'success');
    expect(plan.settle().ended).toEqual([{ ...instance('each'), state: 'skipped' }]);
  });

  // What Airflow 3.3.2 decides of these: `a` ends as given in the first wave, the setup skipped, the rest follows without running.
  const each = (upstream: readonly string[], over: string, triggerRule?: TriggerRule): PlannedTask => ({
    ...task('each', upstream, triggerRule),
    over: [over],
  });
  test.each<[string, readonly PlannedTask[], Outcome, string]>([
    [
      'skipped, before its own rule finds the list missing',
      [task('a'), task('rows', ['a'], 'all_failed'), each(['a', 'rows'], 'rows', 'one_success')],
      'success',
      'skipped',
    ],
    [
      'skipped, before it sees the failure that was decided with it',
      [task('a'), task('rows', ['a'], 'all_skipped'), task('b', ['a']), each(['b', 'rows'], 'rows')],
      'failed',
      'skipped',
    ],
    [
      'upstream_failed, though its own rule skips it at once',
      [task('a'), task('rows', ['a']), each(['a', 'rows'], 'rows', 'all_skipped')],
      'failed',
      'upstream_failed',
    ],
    [
      'upstream_failed, though the setup around it was skipped',
      [task('a'), { ...task('setup'), isSetup: true }, task('b', ['setup']), each(['a', 'b'], 'a', 'all_done')],
      'failed',
      'upstream_failed',
    ],
  ])('ends a map as what gives its list, in the same pass: %s', (_, tasks, outcome, state) => {
    const { plan } = drive(tasks, ({ taskId }) => (taskId === 'setup' ? 'skipped' : outcome));
    expect(plan.states('each')).toEqual([state]);
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
