import fc from 'fast-check';
import type { PlannedTask } from '../../dag/plan-node.ts';
import type { Choice } from '../../dag/plan-skips.ts';
import { makePlan, type Plan, type TaskInstance } from '../../dag/planner.ts';
import type { TaskState } from '../../dag/states.ts';
import { teardownRule, triggerRules } from '../../dag/trigger-rules.ts';
import { processorTime } from '../support/processor-time.ts';

type Outcome = 'success' | 'failed' | 'skipped';

/** A task of a random graph: before a mapped group, in it, or after it. */
interface Drawn {
  readonly place: 'before' | 'within' | 'after';
  readonly parents: readonly number[];
  readonly rule: (typeof triggerRules)[number];
  readonly kind: 'plain' | 'branch' | 'setup' | 'teardown';
  /** Of the indexes that there are, or the first alone. */
  readonly outcomes: readonly Outcome[];
}

const anyOutcome = fc.constantFrom<Outcome>('success', 'success', 'failed', 'skipped');
const drawn = fc.record({
  place: fc.constantFrom('before', 'within', 'within', 'within', 'after'),
  parents: fc.array(fc.nat(50), { maxLength: 3 }),
  rule: fc.constantFrom(...triggerRules.filter((rule) => rule !== 'always')),
  kind: fc.constantFrom('plain', 'plain', 'branch', 'setup', 'teardown'),
  outcomes: fc.array(anyOutcome, { minLength: 3, maxLength: 3 }),
}) satisfies fc.Arbitrary<Drawn>;

const plain: Drawn = { place: 'before', parents: [], rule: 'all_success', kind: 'plain', outcomes: ['success'] };

interface Case {
  readonly tasks: readonly PlannedTask[];
  readonly outcome: (instance: TaskInstance) => Outcome;
  readonly choice: (instance: TaskInstance) => Choice | undefined;
  readonly length: number;
}

/**
 * The graph with its mapped group, and the same one with a task of its own for each index. Where there is a source, it comes first
 * and gives the list.
 */
function bothForms(
  graph: readonly Drawn[],
  length: number,
  source: string | undefined,
): { readonly mapped: Case; readonly unrolled: Case } {
  const places = ['before', 'within', 'after'] as const;
  const tasks = places.flatMap((place) => graph.filter((one) => one.place === place));
  const ids = tasks.map((_, n) => `t${n}`);
  const within = new Set(ids.filter((_, n) => tasks[n]?.place === 'within'));
  const parentsOf = tasks.map(({ parents, place }, n) => {
    const own = n === 0 ? [] : [...new Set(parents.map((one) => `t${one % n}`))];
    const isFirst = place === 'within' ? !own.some((id) => within.has(id)) : own.length === 0;
    return source !== undefined && isFirst ? [...own, source] : own;
  });
  const childrenOf = (id: string): readonly string[] => ids.filter((_, n) => parentsOf[n]?.includes(id));
  const has = (id: string): Drawn => tasks[Number(id.slice(1).split('_')[0])] ?? plain;
  const indexesOf = (id: string): readonly string[] =>
    within.has(id) ? Array.from({ length }, (_, index) => `${id}_${index}`) : [id];

  const shape = ({ kind, rule }: Drawn): Omit<PlannedTask, 'id' | 'upstream' | 'length'> => ({
    triggerRule: kind === 'teardown' ? teardownRule : rule,
    isSetup: kind === 'setup',
    isTeardown: kind === 'teardown',
  });
  /** A branch follows every other one directly below it; in a group all that is not in the group, too. */
  const followed = (id: string): readonly string[] =>
    childrenOf(id).filter((child, at) => at % 2 === 0 && within.has(id) === within.has(child));
  // What a branch before a map skips of it, it skips when the index is judged, as Airflow does, and not at once.
  const isChooser = (id: string): boolean => has(id).kind === 'branch' && has(id).place !== 'before';

  const first =
    source === undefined ? [] : [{ id: source, upstream: [], triggerRule: 'all_success', length: null } as const];
  return {
    mapped: {
      tasks: [
        ...first,
        ...tasks.map((one, n) => {
          const id = `t${n}`;
          const over = source === undefined ? { length } : { length: null, over: [source] };
          const place = within.has(id) ? { mappedGroup: 'g', ...over } : { length: null };
          return { id, upstream: parentsOf[n] ?? [], ...shape(one), ...place };
        }),
      ],
      length,
      outcome: ({ taskId, mapIndex }) => has(taskId).outcomes[Math.max(mapIndex, 0)] ?? 'failed',
      choice: ({ taskId }) => (isChooser(taskId) ? { follow: followed(taskId) } : undefined),
    },
    unrolled: {
      tasks: [
        ...first,
        ...tasks.flatMap((one, n) => {
          const id = `t${n}`;
          return indexesOf(id).map((own, index) => ({
            id: own,
            upstream: (parentsOf[n] ?? []).flatMap((parent) =>
              within.has(id) && within.has(parent) ? [`${parent}_${index}`] : indexesOf(parent),
            ),
            ...shape(one),
            length: null,
          }));
        }),
      ],
      length,
      outcome: ({ taskId }) => has(taskId).outcomes[Number(taskId.split('_')[1] ?? 0)] ?? 'failed',
      choice: ({ taskId }) => {
        const [id = '', index] = taskId.split('_');
        if (!isChooser(id)) return undefined;
        if (index === undefined) return { follow: followed(id).flatMap(indexesOf) };
        const outside = childrenOf(id).filter((child) => !within.has(child));
        return { follow: [...followed(id).map((one) => `${one}_${index}`), ...outside] };
      },
    },
  };
}

/** Runs a plan by waves, or one by one as picked; gives the states by task and index. */
function drive(one: Case, picks?: readonly number[]): { plan: Plan; waves: readonly string[] } {
  const plan = makePlan(one.tasks, () => (plan.states('source')[0] === 'success' ? one.length : null));
  return goOn(plan, one, picks);
}

function goOn(
  plan: Plan,
  { outcome, choice }: Case,
  picks?: readonly number[],
): { plan: Plan; waves: readonly string[] } {
  const waves: string[] = [];
  let running: TaskInstance[] = [];
  for (let wave = 0; ; wave++) {
    const { ready } = plan.settle();
    for (const instance of ready) {
      plan.record(instance, 'running');
      waves.push(`${wave} ${nameOf(instance)}`);
    }
    running.push(...ready);
    if (running.length === 0) return { plan, waves: waves.toSorted() };
    const order = running.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const ending = picks === undefined ? order : order.slice((picks[wave] ?? 0) % order.length).slice(0, 1);
    for (const instance of ending) {
      const state = outcome(instance);
      plan.record(instance, state, state === 'success' ? choice(instance) : undefined);
    }
    running = running.filter((one) => !ending.includes(one));
  }
}

function nameOf({ taskId, mapIndex }: TaskInstance): string {
  return mapIndex < 0 ? taskId : `${taskId}_${mapIndex}`;
}

function statesOf({ plan }: { readonly plan: Plan }, ids: readonly string[]): Readonly<Record<string, TaskState>> {
  return Object.fromEntries(
    ids.flatMap((id) => plan.states(id).map((state, at) => [plan.length(id) === null ? id : `${id}_${at}`, state])),
  );
}

function instancesOf(plan: Plan, ids: readonly string[]): readonly TaskInstance[] {
  return ids.flatMap((taskId) =>
    plan.states(taskId).map((_, at) => ({ taskId, mapIndex: plan.length(taskId) === null ? -1 : at })),
  );
}

/** A plan that is told how another one ended, as a run that goes on is. */
function keptPlan(plan: Plan, { tasks, choice, length }: Case): Plan {
  const ids = tasks.map(({ id }) => id);
  const kept = makePlan(tasks, () => (kept.states('source')[0] === 'success' ? length : null));
  const ended = instancesOf(plan, ids).map((one) => ({
    ...one,
    state: plan.states(one.taskId)[Math.max(one.mapIndex, 0)] ?? 'none',
  }));
  for (const id of ids) {
    const indexes = plan.length(id);
    if (indexes !== null) kept.expand(id, indexes);
  }
  for (const one of ended) if (one.state === 'success') kept.record(one, one.state, choice(one));
  for (const one of ended) kept.record(one, one.state);
  return kept;
}

const picked = fc.array(fc.nat(1_000), { minLength: 200, maxLength: 200 });

describe('a mapped group', () => {
  test.each([undefined, 'source'])(
    'is decided as if each of its indexes had tasks of its own (list of: %s)',
    (source) => {
      fc.assert(
        fc.property(
          fc.array(drawn, { minLength: 2, maxLength: 14 }),
          fc.integer({ min: 1, max: 3 }),
          fc.option(picked, { nil: undefined }),
          (graph, length, picks) => {
            const { mapped, unrolled } = bothForms(graph, length, source);
            const [one, other] = [drive(mapped, picks), drive(unrolled, picks)];
            const idsOf = ({ tasks }: Case): readonly string[] => tasks.map(({ id }) => id);
            expect(statesOf(one, idsOf(mapped))).toEqual(statesOf(other, idsOf(unrolled)));
            expect(one.waves).toEqual(other.waves);
            expect(one.plan.runState()).toBe(other.plan.runState());
          },
        ),
        { numRuns: 500 },
      );
    },
  );

  test.each([undefined, 'source'])(
    'comes to the same states when all of its run is cleared (list of: %s)',
    (source) => {
      fc.assert(
        fc.property(
          fc.array(drawn, { minLength: 2, maxLength: 14 }),
          fc.integer({ min: 1, max: 3 }),
          (graph, length) => {
            const { unrolled, mapped } = bothForms(graph, length, source);
            for (const one of [unrolled, mapped]) {
              const ids = one.tasks.map(({ id }) => id);
              const { plan } = drive(one);
              const before = statesOf({ plan }, ids);
              plan.clear(instancesOf(plan, ids));
              goOn(plan, one);
              expect(statesOf({ plan }, ids)).toEqual(before);
            }
          },
        ),
        { numRuns: 500 },
      );
    },
  );

  test.each([undefined, 'source'])(
    'goes on from what is kept of it as it would have gone on itself (list of: %s)',
    (source) => {
      fc.assert(
        fc.property(
          fc.array(drawn, { minLength: 2, maxLength: 14 }),
          fc.integer({ min: 1, max: 3 }),
          fc.infiniteStream(fc.boolean()),
          (graph, length, chosen) => {
            const { mapped } = bothForms(graph, length, source);
            const ids = mapped.tasks.map(({ id }) => id);
            const { plan } = drive(mapped);
            const kept = keptPlan(plan, mapped);
            expect(statesOf({ plan: kept }, ids)).toEqual(statesOf({ plan }, ids));
            const cleared = instancesOf(plan, ids).filter(() => chosen.next().value);
            const waves = [plan, kept].map((one) => {
              one.clear(cleared);
              return goOn(one, mapped).waves;
            });
            expect(waves[1]).toEqual(waves[0]);
            expect(statesOf({ plan: kept }, ids)).toEqual(statesOf({ plan }, ids));
            expect(kept.runState()).toBe(plan.runState());
          },
        ),
        { numRuns: 500 },
      );
    },
  );

  const task = (id: string, upstream: readonly string[] = [], rest: Partial<PlannedTask> = {}): PlannedTask => ({
    id,
    upstream,
    triggerRule: 'all_success',
    length: null,
    ...rest,
  });
  const instance = (taskId: string, mapIndex = -1): TaskInstance => ({ taskId, mapIndex });
  const end = (plan: Plan, instances: readonly TaskInstance[]): void => {
    for (const one of instances) plan.record(one, 'success');
  };

  test('chooses for one index alone, and again when that is cleared', () => {
    const within = { length: 2, mappedGroup: 'g' };
    const plan = makePlan([
      task('stop', [], within),
      task('a', ['stop'], within),
      task('b', ['a'], { ...within, triggerRule: 'all_done' }),
      task('out', ['stop', 'b'], { triggerRule: 'all_done' }),
    ]);
    expect(plan.settle().ready).toEqual([instance('stop', 0), instance('stop', 1)]);
    plan.record(instance('stop', 0), 'success', { skip: 'all' });
    plan.record(instance('stop', 1), 'success');
    expect(plan.settle()).toEqual({
      ready: [instance('a', 1)],
      ended: ['a', 'b'].map((id) => ({ ...instance(id, 0), state: 'skipped' })),
    });
    plan.clear([instance('a', 0)]);
    expect(plan.settle().ended).toEqual([{ ...instance('a', 0), state: 'skipped' }]);
    plan.clear([instance('stop', 0), instance('a', 0)]);
    end(plan, plan.settle().ready);
    expect(plan.settle().ready).toEqual([instance('a', 0)]);
  });

  const over = { mappedGroup: 'g', over: ['rows'] };

  test('ends with its list: skipped over nothing, upstream_failed where there is none', () => {
    const graph = [task('rows'), task('a', ['rows'], over), task('b', ['a'], { ...over, triggerRule: 'all_done' })];
    const empty = makePlan(graph, () => 0);
    end(empty, empty.settle().ready);
    expect(empty.settle().ended).toEqual(['a', 'b'].map((id) => ({ ...instance(id), state: 'skipped' })));
    const lost = makePlan(graph);
    lost.record(lost.settle().ready[0] ?? instance(''), 'failed');
    expect(lost.settle().ended).toEqual(['a', 'b'].map((id) => ({ ...instance(id), state: 'upstream_failed' })));
  });

  test('has another number of indexes when a clear has changed its list', () => {
    let length = 2;
    const plan = makePlan([task('rows'), task('a', ['rows'], over), task('b', ['a'], over)], () => length);
    const all: TaskInstance[] = [];
    const run = (): void => {
      for (let { ready } = plan.settle(); ready.length > 0; { ready } = plan.settle()) {
        all.push(...ready);
        end(plan, ready);
      }
    };
    run();
    for (const next of [3, 1]) {
      length = next;
      plan.clear(all.splice(0));
      run();
    }
    expect(plan.states('b')).toEqual(['success', 'removed', 'removed']);
    expect(plan.runState()).toBe('success');
  });

  test('costs what its indexes and edges are, not their product with what all of them wait for', () => {
    const within = { length: 500, mappedGroup: 'g' };
    const plan = makePlan([
      task('before', [], { length: 5_000 }),
      task('a', ['before'], { ...within, triggerRule: 'all_done' }),
      task('b', ['a', 'before'], { ...within, triggerRule: 'none_failed' }),
      task('after', ['b']),
    ]);
    const open = [...plan.settle().ready];
    const taken = processorTime();
    for (const one of open) {
      plan.record(one, 'success');
      open.push(...plan.settle().ready);
    }
    expect(taken()).toBeLessThan(500);
    expect(plan.runState()).toBe('success');
  });
});
