import { z } from 'zod';
import { makePlan, type Plan, type TaskInstance } from '../../dag/planner.ts';
import type { PlannedTask } from '../../dag/plan-node.ts';
import type { Choice } from '../../dag/plan-skips.ts';
import { taskStates } from '../../dag/states.ts';
import { teardownRule, triggerRules } from '../../dag/trigger-rules.ts';

const outcome = z.enum(['success', 'failed', 'skipped']);
const recordedState = z.enum(taskStates).nullable();

const recordedTask = z.object({
  id: z.string(),
  upstream: z.array(z.string()),
  trigger_rule: z.enum([...triggerRules, teardownRule]),
  kind: z.enum(['plain', 'branch', 'short_circuit', 'setup', 'teardown', 'mapped']),
  outcome: outcome.optional(),
  returns: z.number().optional(),
  chooses: z.array(z.string()).nullish(),
  condition: z.boolean().optional(),
  ignore_downstream_trigger_rules: z.boolean().optional(),
  on_failure_fail_dagrun: z.boolean().optional(),
  outcomes: z.array(outcome).optional(),
  over: z.string().optional(),
});

const states = z.record(z.string(), z.union([recordedState, z.array(recordedState)]));
const otherDrive = z.object({ states, run: z.string() });

const graphCase = z.object({
  tasks: z.array(recordedTask),
  expected: z.object({
    states,
    run: z.string(),
    wave: z.record(z.string(), z.union([z.number(), z.array(z.number())])),
  }),
  stable: z.boolean(),
  other_drives: z.object({ seq: otherDrive.optional(), qes: otherDrive.optional() }).optional(),
});

type GraphCase = z.infer<typeof graphCase>;
type RecordedTask = z.infer<typeof recordedTask>;

/** Which of the running instances (from, to in the order of the tasks) end before the next decision. */
const drives = {
  waves: (count: number) => ({ from: 0, to: count }),
  /** One at a time, the first one first. */
  seq: () => ({ from: 0, to: 1 }),
  /** One at a time, the last one first. */
  qes: (count: number) => ({ from: count - 1, to: count }),
} as const;

type Drive = keyof typeof drives;

/**
 * Holds the planner to one case of Airflow's (`graph.jsonl`), driven by waves and one by one; the difference in words, `undefined`
 * when there is none.
 */
export function graphDifference(recorded: unknown): string | undefined {
  const one = graphCase.parse(recorded);
  return driveDifference(one, 'waves') ?? driveDifference(one, 'qes') ?? driveDifference(one, 'seq');
}

function driveDifference(one: GraphCase, by: Drive): string | undefined {
  const { tasks, expected } = one;
  const other = by === 'waves' ? undefined : one.other_drives?.[by];
  const { plan, waves, choseAgainstRunning } = drive(tasks, by);
  // Where nothing else is ready, Airflow judges what runs anew, skips it after all by a choice that was made meanwhile, and so may
  // find a deadlock that is none. We do not: what runs goes on.
  if (by === 'seq' && choseAgainstRunning && !one.stable) return undefined;
  for (const { id } of tasks) {
    const should = other?.states[id] ?? expected.states[id];
    const own = plan.states(id).map((state) => (state === 'none' ? null : state));
    const is = plan.length(id) === null ? own[0] : own;
    if (JSON.stringify(is) !== JSON.stringify(should)) {
      return `driven by ${by}: task ${id} is ${JSON.stringify(is)} rather than ${JSON.stringify(should)}`;
    }
    const wave = JSON.stringify(sameOf(waves.get(id)));
    const shouldWave = JSON.stringify(sameOf(expected.wave[id]));
    if (by === 'waves' && wave !== shouldWave) return `task ${id} runs in wave ${wave} rather than ${shouldWave}`;
  }
  const run = plan.runState();
  const shouldRun = other?.run ?? expected.run;
  return run === shouldRun ? undefined : `driven by ${by}: the run is ${run} rather than ${shouldRun}`;
}

/** What came of a drive. */
interface Driven {
  readonly plan: Plan;
  /** By task, the settling at which each of its indexes became ready. */
  readonly waves: ReadonlyMap<string, readonly number[]>;
  /** Whether a task chose while one below it was running. */
  readonly choseAgainstRunning: boolean;
}

/** Settles, lets some of what runs end in the order of the tasks, and again. Waves are counted by the settlings. */
function drive(tasks: readonly RecordedTask[], by: Drive): Driven {
  const byId = new Map(tasks.map((task, at) => [task.id, { task, at }]));
  const place = ({ taskId, mapIndex }: TaskInstance): number => (byId.get(taskId)?.at ?? 0) * 1_000 + mapIndex;
  const plan = makePlan(tasks.map(plannedTask), (id) => {
    const source = byId.get(byId.get(id)?.task.over ?? '')?.task;
    return source !== undefined && plan.states(source.id)[0] === 'success' ? (source.returns ?? null) : null;
  });
  const isBelow = (id: string, above: string): boolean =>
    byId.get(id)?.task.upstream.some((parent) => parent === above || isBelow(parent, above)) === true;
  const waves = new Map<string, number[]>();
  let choseAgainstRunning = false;
  let running: readonly TaskInstance[] = [];
  for (let wave = 0; ; wave++) {
    const { ready } = plan.settle();
    for (const instance of ready) {
      plan.record(instance, 'running');
      const own = waves.get(instance.taskId) ?? [];
      own[Math.max(instance.mapIndex, 0)] = wave;
      waves.set(instance.taskId, own);
    }
    running = [...running, ...ready].toSorted((a, b) => place(a) - place(b));
    if (running.length === 0) return { plan, waves, choseAgainstRunning };
    const { from, to } = drives[by](running.length);
    for (const instance of running.slice(from, to)) {
      const task = byId.get(instance.taskId)?.task;
      const ends = task?.outcomes?.[instance.mapIndex] ?? task?.outcome ?? 'failed';
      const choice = ends === 'success' && task !== undefined ? choiceOf(task) : undefined;
      choseAgainstRunning ||= choice !== undefined && running.some(({ taskId }) => isBelow(taskId, instance.taskId));
      plan.record(instance, ends, choice);
    }
    running = [...running.slice(0, from), ...running.slice(to)];
  }
}

function plannedTask(task: RecordedTask): PlannedTask {
  return {
    id: task.id,
    upstream: task.upstream,
    triggerRule: task.trigger_rule,
    length: task.kind === 'mapped' && task.over === undefined ? (task.outcomes?.length ?? 0) : null,
    ...(task.over !== undefined && { over: [task.over] }),
    isSetup: task.kind === 'setup',
    isTeardown: task.kind === 'teardown',
    onFailureFailDagrun: task.on_failure_fail_dagrun === true,
  };
}

function choiceOf(task: RecordedTask): Choice | undefined {
  if (task.kind === 'branch') return { follow: task.chooses ?? [] };
  if (task.kind !== 'short_circuit' || task.condition !== false) return undefined;
  return { skip: task.ignore_downstream_trigger_rules === true ? 'all' : 'direct' };
}

/** Waves of a mapped task are written as one number where they are the same. */
function sameOf(waves: number | readonly number[] | undefined): unknown {
  if (typeof waves === 'number' || waves === undefined) return waves;
  return waves.every((wave) => wave === waves[0]) ? waves[0] : waves;
}
