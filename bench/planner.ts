import { makePlan, type TaskInstance } from '../dag/planner.ts';
import type { PlannedTask } from '../dag/plan-node.ts';
import type { Choice } from '../dag/plan-skips.ts';
import type { Bench } from './support/report.ts';

const rounds = 5;

const task = (id: string, upstream: readonly string[], rest: Partial<PlannedTask> = {}): PlannedTask => ({
  id,
  upstream,
  triggerRule: 'all_success',
  length: null,
  ...rest,
});

const many = <One>(count: number, make: (n: number) => One): One[] => Array.from({ length: count }, (_, n) => make(n));

/** Graphs of about n tasks, each hard in another way. */
const graphs: Readonly<Record<string, (n: number) => readonly PlannedTask[]>> = {
  chain: (n) => many(n, (at) => task(`t${at}`, at === 0 ? [] : [`t${at - 1}`])),
  'fan out and in': (n) => [
    task('root', []),
    ...many(n - 2, (at) => task(`t${at}`, ['root'])),
    task(
      'join',
      many(n - 2, (at) => `t${at}`),
    ),
  ],
  'layers of 10, all to all': (n) =>
    many(n, (at) => task(`t${at}`, at < 10 ? [] : many(10, (of) => `t${Math.floor(at / 10) * 10 - 10 + of}`))),
  branches: (n) =>
    many(Math.floor(n / 4), (at) => [
      task(`branch${at}`, at === 0 ? [] : [`join${at - 1}`]),
      task(`one${at}`, [`branch${at}`]),
      task(`other${at}`, [`branch${at}`]),
      task(`join${at}`, [`one${at}`, `other${at}`], { triggerRule: 'none_failed_min_one_success' }),
    ]).flat(),
  'setups and teardowns': (n) =>
    many(Math.floor(n / 4), (at) => [
      task(`s${at}`, at === 0 ? [] : [`w${at - 1}`], { isSetup: true }),
      task(`a${at}`, [`s${at}`]),
      task(`w${at}`, [`a${at}`]),
      task(`d${at}`, [`w${at}`, `s${at}`], { isTeardown: true, triggerRule: 'all_done_setup_success' }),
    ]).flat(),
  'one map': (n) => [task('each', [], { length: n - 1 }), task('end', ['each'])],
};

/** How long the planner takes for all decisions of a run: made, settled after every single end, to the run's state. */
export const benchPlanner: Bench = async ({ record, signal }) => {
  for (const [graph, make] of Object.entries(graphs)) {
    for (const tasks of [2_500, 5_000, 10_000]) {
      if (signal.aborted) return;
      const planned = make(tasks);
      const took = many(rounds, () => timeOf(planned)).toSorted((a, b) => a - b);
      record({
        graph,
        tasks,
        edges: planned.reduce((sum, { upstream }) => sum + upstream.length, 0),
        median_ms: took[Math.floor(rounds / 2)] ?? 0,
        worst_ms: took.at(-1) ?? 0,
      });
      await new Promise((next) => setImmediate(next));
    }
  }
};

function timeOf(tasks: readonly PlannedTask[]): number {
  const start = performance.now();
  const plan = makePlan(tasks);
  const open: TaskInstance[] = [...plan.settle().ready];
  for (const instance of open) {
    plan.record(instance, 'running');
    plan.record(instance, 'success', choiceOf(instance));
    open.push(...plan.settle().ready);
  }
  const state = plan.runState();
  if (state !== 'success') throw new Error(`the run is ${state}`);
  return performance.now() - start;
}

function choiceOf({ taskId }: TaskInstance): Choice | undefined {
  return taskId.startsWith('branch') ? { follow: [taskId.replace('branch', 'one')] } : undefined;
}
