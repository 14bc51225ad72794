import { z } from 'zod';
import { dateBound } from './date-bound.ts';
import { DagDefinitionError } from './definition-error.ts';
import type { DagDefinition, TaskDefinition, TryPolicy } from './definition.ts';
import { durationMs, type Duration } from './duration.ts';
import type { DagBuilder, DagOptions, MapOptions, Needs, TaskOptions, TryOptions } from './options.ts';
import type { AnyRef, MapRef, TaskRef } from './outcome.ts';
import { timetableProblem, timezoneOf } from './timetable.ts';
import { triggerRules, type TriggerRule } from './trigger-rules.ts';

/** A map runs inside its run up to this length; a longer one needs child workflows, since a history is bounded. */
const longestMap = 500;

/** The work of all tasks that one history holds. */
const mostInstances = 2_000;

/**
 * Of a DAG that takes none. Made with the module, for all DAGs: a schema is dear to make, and the first one completes zod's
 * configuration, which a worker freezes with all else that its runs share.
 */
const noParams = z.object({});

type AnyTaskOptions = TaskOptions<never, Needs, TriggerRule, unknown>;
type AnyMapOptions = MapOptions<never, unknown, Needs, TriggerRule, unknown>;

/**
 * Makes a DAG of its description: checked, complete with defaults and deeply frozen. Pure: the same in a workflow, a script
 * and a test. Throws {@link DagDefinitionError}, whose message says what is wrong and what to do.
 */
export function defineDag<Params extends z.ZodObject = z.ZodObject<Record<never, never>>>(
  id: string,
  options: DagOptions<Params>,
  build: (builder: DagBuilder<z.output<Params>>) => void,
): DagDefinition<z.output<Params>> {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(id)) {
    throw new DagDefinitionError(id, 'the id is also the name of its export: use letters, digits and _, at most 100');
  }
  const params = (options.params ?? noParams) as Params;
  checkOptions(id, options, params);
  const tasks = new Map<string, TaskDefinition>();
  const refs = new Set<unknown>();

  function add(taskId: string, own: AnyTaskOptions | AnyMapOptions, items: readonly unknown[] | null): AnyRef {
    if (tasks.has(taskId))
      throw new DagDefinitionError(id, `there are two tasks ${taskId}: give one of them another id`);
    const say = (text: string): never => {
      throw new DagDefinitionError(id, `task ${taskId}: ${text}`);
    };
    if (!/^[A-Za-z0-9_.-]{1,250}$/.test(taskId)) say('an id has letters, digits, dots, - and _, at most 250');
    const needs = Object.fromEntries(
      Object.entries(own.needs ?? {}).map(([name, ref]) => [name, upstreamId(ref, `needs.${name}`)]),
    );
    const after = (own.after ?? []).map((ref, at) => upstreamId(ref, `after[${at}]`));
    const triggerRule = own.triggerRule ?? 'all_success';
    if (!triggerRules.includes(triggerRule)) {
      say(`there is no trigger rule ${triggerRule as string}; there are ${triggerRules.join(', ')}`);
    }
    if (items !== null && items.length > longestMap) {
      say(`maps over ${items.length} items; at most ${longestMap} fit, so map over ranges of them`);
    }
    tasks.set(taskId, {
      id: taskId,
      needs,
      upstream: [...new Set([...Object.values(needs), ...after])],
      triggerRule,
      ...tryPolicy({ ...options.defaultArgs, ...own }, say),
      items,
      labels: items === null ? null : items.map((item, index) => labelOf(own, item, index)),
      doc: own.doc ?? '',
      run: runOf(own, items !== null),
    });
    const made: AnyRef = { kind: items === null ? 'task' : 'map', id: taskId };
    refs.add(made);
    return made;

    function upstreamId(ref: AnyRef, where: string): string {
      if (refs.has(ref)) return ref.id;
      const name = (ref as Partial<AnyRef> | null | undefined)?.id;
      return say(
        `${where} is ${name === undefined ? 'not a task' : `task ${name} of another DAG`}; give it what task() or map() of this DAG returned, from a line above (so a cycle cannot be)`,
      );
    }
  }

  build({
    task: (taskId: string, own: AnyTaskOptions) => add(taskId, own, null) as TaskRef<never>,
    map: (taskId: string, items: readonly unknown[], own: AnyMapOptions) => add(taskId, own, items) as MapRef<never>,
  } as DagBuilder<z.output<Params>>);

  if (tasks.size === 0) throw new DagDefinitionError(id, 'has no task: define at least one with task() or map()');
  const instances = [...tasks.values()].reduce((sum, { items }) => sum + (items?.length ?? 1), 0);
  if (instances > mostInstances) {
    throw new DagDefinitionError(id, `has ${instances} tasks, map items counted; at most ${mostInstances} fit one run`);
  }
  return deepFreeze({
    id,
    description: options.description ?? '',
    doc: options.doc ?? '',
    tags: [...(options.tags ?? [])],
    timetable: options.schedule,
    ...dateBounds(id, options),
    catchup: options.catchup ?? false,
    maxActiveRuns: options.maxActiveRuns ?? (options.schedule?.kind === 'continuous' ? 1 : 16),
    params: params as unknown as DagDefinition<z.output<Params>>['params'],
    tasks: [...tasks.values()],
  });
}

function checkOptions(id: string, options: DagOptions<z.ZodObject>, params: z.ZodObject): void {
  const problem = options.schedule === null ? undefined : timetableProblem(options.schedule);
  if (problem !== undefined) throw new DagDefinitionError(id, problem);
  const { maxActiveRuns = 16 } = options;
  if (!Number.isInteger(maxActiveRuns) || maxActiveRuns < 1) {
    throw new DagDefinitionError(id, `maxActiveRuns is ${maxActiveRuns}; it is a whole number from 1`);
  }
  if (options.schedule === null) return;
  if (options.schedule.kind === 'continuous' && (options.maxActiveRuns ?? 1) > 1) {
    throw new DagDefinitionError(
      id,
      `maxActiveRuns is ${maxActiveRuns}; runs of continuous() wait for each other: drop it`,
    );
  }
  // Airflow's rule, too: without it there would be no first interval, and so no run, ever.
  if (options.catchup === true && options.startDate === undefined) {
    throw new DagDefinitionError(id, 'catchup is true, but from when on? Give a startDate, for example 2026-03-01');
  }
  const defaults = params.safeParse({});
  if (!defaults.success) {
    const list = defaults.error.issues.map((issue) => `${issue.path.join('.')} (${issue.message})`).join(', ');
    throw new DagDefinitionError(
      id,
      `a scheduled run is given no params, so each needs a default that is right: ${list}; add .default(…) or set schedule: null`,
    );
  }
}

/** Left out where there is none, so that such a DAG's definition says what it always said. */
function dateBounds(id: string, options: DagOptions<z.ZodObject>): Pick<DagDefinition, 'startDate' | 'endDate'> {
  const [startDate, endDate] = (['startDate', 'endDate'] as const).map((name) => {
    const date = options[name];
    if (date === undefined) return undefined;
    const bound = dateBound(date, options.schedule === null ? 'UTC' : timezoneOf(options.schedule));
    if (bound !== undefined) return bound;
    throw new DagDefinitionError(
      id,
      `${name} is ${String(date)}, which is no date; write one like 2026-03-01 or 2026-03-01T06:00Z`,
    );
  });
  if (startDate !== undefined && endDate !== undefined && endDate < startDate) {
    throw new DagDefinitionError(id, 'endDate is before startDate, so it would never run; exchange them or drop one');
  }
  return { ...(startDate !== undefined && { startDate }), ...(endDate !== undefined && { endDate }) };
}

function tryPolicy(options: TryOptions, say: (text: string) => never): TryPolicy {
  const { retries = 0, retryExponentialBackoff = false } = options;
  if (!Number.isInteger(retries) || retries < 0) say(`retries is ${retries}; it is a whole number from 0`);
  const retryBackoff = retryExponentialBackoff === true ? 2 : retryExponentialBackoff || 1;
  if (!(retryBackoff >= 1)) say(`retryExponentialBackoff is ${retryBackoff}; it is true, or a factor from 1`);
  const ms = (name: keyof TryOptions, text: Duration): number =>
    durationMs(text) ?? say(`${name} is '${text}'; write a number and a unit, for example '2 minutes'`);
  const timeout = options.executionTimeout === undefined ? null : ms('executionTimeout', options.executionTimeout);
  if (timeout === 0) say('executionTimeout is 0: no try could succeed; leave it out for no limit');
  return {
    retries,
    retryDelay: ms('retryDelay', options.retryDelay ?? '5 minutes'),
    retryBackoff,
    maxRetryDelay: ms('maxRetryDelay', options.maxRetryDelay ?? '24 hours'),
    executionTimeout: timeout,
  };
}

function labelOf(own: AnyTaskOptions | AnyMapOptions, item: unknown, index: number): string {
  if ('label' in own && own.label !== undefined) return own.label(item, index);
  return typeof item === 'string' && item.length <= 40 ? item : String(index);
}

function runOf(own: AnyTaskOptions | AnyMapOptions, mapped: boolean): TaskDefinition['run'] {
  if (mapped) return own.run as TaskDefinition['run'];
  const run = own.run as unknown as (inputs: unknown, context: unknown) => unknown;
  return (_, inputs, context) => run(inputs, context);
}

/** Freezes plain data; leaves what others made (zod's schemas keep caches in themselves). */
function deepFreeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    const plain = Array.isArray(part) || (part !== null && Object.getPrototypeOf(part) === Object.prototype);
    if (plain && !Object.isFrozen(part)) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
