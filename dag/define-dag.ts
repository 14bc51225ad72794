import { z } from 'zod';
import type { DagBuilder } from './builder.ts';
import { runCallbacks } from './callbacks.ts';
import { dagBuilder } from './dag-builder.ts';
import { dateBound } from './date-bound.ts';
import { checkRulesCanFire, definitionWarnings } from './definition-checks.ts';
import { deadlinesOf } from './deadline.ts';
import { DagDefinitionError } from './definition-error.ts';
import type { DagDefinition, TaskDefinition } from './definition.ts';
import { taskEdges } from './draft-edges.ts';
import { taskOrder } from './draft-order.ts';
import { draftTasks } from './draft-tasks.ts';
import type { Draft } from './draft.ts';
import { durationMs } from './duration.ts';
import { longestInlineMap, mostInstances, mostPlanned, runsInParts } from './limits.ts';
import type { DagOptions } from './options.ts';
import { assetSchedule, assetScheduleProblem } from './partitioned-assets.ts';
import { reservedIds } from './reserved-ids.ts';
import { timetableProblem, timezoneOf } from './timetable.ts';

/**
 * Of a DAG that takes none. Made with the module, for all DAGs: a schema is dear to make, and the first one completes zod's
 * configuration, which a worker freezes with all else that its runs share.
 */
const noParams = z.object({});

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
  if (reservedIds.has(id)) {
    throw new DagDefinitionError(
      id,
      'the engine has a workflow of that name, which looks after DAGs: choose another id',
    );
  }
  const params = (options.params ?? noParams) as Params;
  checkOptions(id, options, params);
  checkDefaults(id, params);
  const draft: Draft = { dagId: id, tasks: new Map(), groups: new Map(), edges: [], refs: new Map() };
  const defaults = { timetable: options.schedule, defaultArgs: options.defaultArgs ?? {} };
  build(dagBuilder(draft, defaults));
  const tasks = finishTasks(draft);
  const callbacks = runCallbacks(options, (text) => {
    throw new DagDefinitionError(id, text);
  });
  return deepFreeze({
    id,
    description: options.description ?? '',
    doc: options.doc ?? '',
    tags: [...(options.tags ?? [])],
    timetable: options.schedule,
    ...(options.assets !== undefined && assetSchedule(options.assets)),
    ...dateBounds(id, options),
    catchup: options.catchup ?? false,
    maxActiveRuns: options.maxActiveRuns ?? (options.schedule?.kind === 'continuous' ? 1 : 16),
    ...(options.maxConsecutiveFailedDagRuns
      ? { maxConsecutiveFailedDagRuns: options.maxConsecutiveFailedDagRuns }
      : {}),
    ...(options.isPausedUponCreation === true && { isPausedUponCreation: true }),
    ...(callbacks !== undefined && { callbacks }),
    ...runLimits(id, options, tasks),
    ...(options.maxActiveTasks !== undefined && { maxActiveTasks: options.maxActiveTasks }),
    params: params as unknown as DagDefinition<z.output<Params>>['params'],
    tasks,
    groups: [...draft.groups.values()].map(({ id: groupId, parent, tooltip }) => ({
      id: groupId,
      parent: parent?.id ?? null,
      tooltip,
    })),
    warnings: definitionWarnings(tasks),
  });
}

function finishTasks(draft: Draft): readonly TaskDefinition[] {
  const { dagId } = draft;
  if (draft.tasks.size === 0)
    throw new DagDefinitionError(dagId, 'has no task: define at least one with task() or map()');
  const edges = taskEdges(draft);
  const tasks = draftTasks(draft, edges, taskOrder(dagId, edges));
  const lengths = tasks.map(({ items }) => items?.length ?? 1);
  const inline = lengths.reduce((sum, length) => sum + (runsInParts(length) ? 0 : length), 0);
  if (inline > mostInstances) {
    throw new DagDefinitionError(
      dagId,
      `has ${inline} tasks, items of maps up to ${longestInlineMap} counted; at most ${mostInstances} fit one run`,
    );
  }
  const all = lengths.reduce((sum, length) => sum + length, 0);
  if (all > mostPlanned) {
    throw new DagDefinitionError(dagId, `has ${all} tasks, map items counted; at most ${mostPlanned} fit one run`);
  }
  checkRulesCanFire(dagId, tasks);
  return tasks;
}

function checkOptions(id: string, options: DagOptions<z.ZodObject>, params: z.ZodObject): void {
  const problem = options.schedule === null ? undefined : timetableProblem(options.schedule);
  if (problem !== undefined) throw new DagDefinitionError(id, problem);
  const { maxActiveRuns = 16 } = options;
  if (!Number.isInteger(maxActiveRuns) || maxActiveRuns < 1) {
    throw new DagDefinitionError(id, `maxActiveRuns is ${maxActiveRuns}; it is a whole number from 1`);
  }
  const { maxConsecutiveFailedDagRuns = 0 } = options;
  if (!Number.isInteger(maxConsecutiveFailedDagRuns) || maxConsecutiveFailedDagRuns < 0) {
    throw new DagDefinitionError(
      id,
      `maxConsecutiveFailedDagRuns is ${maxConsecutiveFailedDagRuns}; it is a whole number, 0 for no limit`,
    );
  }
  const { maxActiveTasks = 1 } = options;
  if (!Number.isInteger(maxActiveTasks) || maxActiveTasks < 1) {
    throw new DagDefinitionError(
      id,
      `maxActiveTasks is ${maxActiveTasks}; it is a whole number from 1, left out for no limit`,
    );
  }
  const wrong = options.assets && assetScheduleProblem(options.assets, options.schedule);
  if (wrong !== undefined) throw new DagDefinitionError(id, wrong);
  if (options.schedule === null && options.assets === undefined) return;
  if (options.schedule?.kind === 'continuous' && (options.maxActiveRuns ?? 1) > 1) {
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

/** zod hands on a default as it is, so that a run would be given one which its own param refuses. */
function checkDefaults(id: string, { shape }: z.ZodObject): void {
  for (const [name, param] of Object.entries(shape)) {
    if (!(param instanceof z.ZodDefault)) continue;
    const value = param.def.defaultValue;
    const { error } = z.safeParse(param.unwrap(), value);
    if (error === undefined || isTransformed(param)) continue;
    const list = error.issues.map(({ message }) => message).join(', ');
    throw new DagDefinitionError(
      id,
      `the param ${name} refuses its own default ${JSON.stringify(value)} (${list}): change one of them`,
    );
  }
}

/** Whether a param makes something else of what it is given: a default is what it makes, and need not be what it takes. */
function isTransformed(param: z.ZodType): boolean {
  try {
    z.toJSONSchema(param, { io: 'output' });
    return false;
  } catch {
    return true;
  }
}

/** What ends or watches a run as a whole; left out where there is none. */
function runLimits(
  id: string,
  { schedule, deadline = [], dagrunTimeout, failFast = false }: DagOptions<z.ZodObject>,
  tasks: readonly TaskDefinition[],
): Pick<DagDefinition, 'deadlines' | 'dagrunTimeout' | 'failFast'> {
  const say = (text: string): never => {
    throw new DagDefinitionError(id, text);
  };
  const deadlines = deadlinesOf([deadline].flat(), schedule === null ? 'UTC' : timezoneOf(schedule), say);
  const timeout = dagrunTimeout === undefined ? undefined : durationMs(dagrunTimeout);
  if (dagrunTimeout !== undefined && !timeout) {
    say(`dagrunTimeout is '${dagrunTimeout}'; write a number above 0 and a unit, for example '6 hours'`);
  }
  const other = tasks.find(({ kind, triggerRule }) => kind !== 'teardown' && triggerRule !== 'all_success');
  if (failFast && other !== undefined) {
    say(
      `task ${other.id} has the trigger rule ${other.triggerRule}, but failFast ends the run at the first failure, so it would never run: give it all_success, or drop failFast`,
    );
  }
  return {
    ...(deadlines.length > 0 && { deadlines }),
    ...(timeout !== undefined && { dagrunTimeout: timeout }),
    ...(failFast && { failFast }),
  };
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

/** Freezes plain data; leaves what others made (zod's schemas keep caches in themselves). */
function deepFreeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    const plain = Array.isArray(part) || (part !== null && Object.getPrototypeOf(part) === Object.prototype);
    if (plain && !Object.isFrozen(part)) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
