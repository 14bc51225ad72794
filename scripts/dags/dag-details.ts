import { assetScheduleText } from '../../dag/partitioned-assets.ts';
import { z } from 'zod';
import {
  isMapped,
  type DagDefinition,
  type DeadlineDefinition,
  type GroupDefinition,
  type TaskDefinition,
  type TaskKind,
  type TryPolicy,
} from '../../dag/definition.ts';
import { runCallbackOptions, taskCallbackOptions } from '../../dag/callbacks.ts';
import { effectiveWeights, type WeightRule } from '../../dag/priority.ts';
import { definitionHash } from '../../dag/definition-hash.ts';
import { durationText } from '../../dag/duration.ts';
import { timetableText } from '../../dag/timetable-text.ts';
import { timezoneOf } from '../../dag/timetable.ts';
import type { TriggerRule } from '../../dag/trigger-rules.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { paramDetails, type ParamDetails } from './param-details.ts';

/** A task of a DAG. Durations in milliseconds, as in its definition. */
export interface TaskDetails extends Omit<TryPolicy, 'retryPolicy'> {
  readonly id: string;
  /** `null` for one that does some work, and decides and prepares nothing. */
  readonly kind: TaskKind | null;
  /** The innermost group that it is in. */
  readonly group: string | null;
  readonly triggerRule: TriggerRule;
  readonly upstream: readonly string[];
  readonly downstream: readonly string[];
  readonly isMapped: boolean;
  /** Names of the map indexes; `null` for a task that is not mapped, or over results, which only a run has. */
  readonly labels: readonly string[] | null;
  /** The pool that it needs slots of, and how many; `null` for a task that needs none. */
  readonly pool: string | null;
  readonly poolSlots: number | null;
  /** Where its activities run; `null`: on the queue `default`. */
  readonly queue: string | null;
  /** Whether the same task of the run before has to have succeeded, and those directly below that one, too. */
  readonly dependsOnPast: boolean;
  readonly waitForDownstream: boolean;
  readonly priorityWeight: number;
  readonly weightRule: WeightRule;
  /** What it weighs where tasks wait for a slot, by its weight rule. */
  readonly weight: number;
  /** How many of its instances run at a time over all runs, and of its indexes within a run; `null`: no limit. */
  readonly maxActiveTisPerDag: number | null;
  readonly maxActiveTisPerDagrun: number | null;
  /** Names of the assets that it makes. */
  readonly outlets: readonly string[];
  /** Of a branch: what it can choose; `null` for any other task. */
  readonly choices: readonly string[] | null;
  /** Of a short circuit: whether all below it is skipped, whatever its trigger rule; `null` for any other task. */
  readonly ignoreDownstreamTriggerRules: boolean | null;
  /** Of a teardown: whether its failure is the run's; `null` for any other task. */
  readonly onFailureFailDagrun: boolean | null;
  /** Whether code of its own decides which errors are tried again. */
  readonly hasRetryPolicy: boolean;
  /** Options by which it has callbacks. */
  readonly callbacks: readonly string[];
  readonly doc: string;
}

/** All that a definition says of its DAG, as JSON. Instants are ISO 8601, UTC. */
export interface DagDetails {
  readonly id: string;
  readonly description: string;
  readonly doc: string;
  readonly tags: readonly string[];
  /** As people say it; `null` for a DAG that runs only when somebody asks. */
  readonly schedule: string | null;
  /** Which assets start a run; `null`: none. */
  readonly assets: string | null;
  readonly timezone: string | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly catchup: boolean;
  readonly maxActiveRuns: number;
  /** `null`: no limit. */
  readonly maxActiveTasks: number | null;
  /** So many runs that fail in a row pause it; `null`: none do. */
  readonly maxConsecutiveFailedDagRuns: number | null;
  readonly isPausedUponCreation: boolean;
  /** Milliseconds after which a run is ended; `null`: no limit. */
  readonly dagrunTimeout: number | null;
  /** Whether the first task that fails ends the run. */
  readonly failFast: boolean;
  /** By when a run is to have ended: the reference as in its definition, instants in epoch milliseconds, and the interval in milliseconds. */
  readonly deadlines: readonly Pick<DeadlineDefinition, 'reference' | 'interval'>[];
  /** Options by which its runs have callbacks. */
  readonly callbacks: readonly string[];
  readonly params: readonly ParamDetails[];
  /** JSON Schema of what a run may be given. */
  readonly paramsSchema: object;
  readonly tasks: readonly TaskDetails[];
  readonly groups: readonly GroupDefinition[];
  /** What is allowed, but hardly meant: sentences. */
  readonly warnings: readonly string[];
  /** Names what the definition does; see dag/definition-hash.ts. */
  readonly definitionHash: string;
}

/** What there is to know of a DAG before it runs. */
export function dagDetails(definition: DagDefinition): DagDetails {
  const { id, description, doc, tags, timetable, startDate, endDate, catchup, maxActiveRuns, tasks } = definition;
  const { assets, assetPartitions } = definition;
  const paramsSchema = z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' });
  const downstream = downstreamOf(tasks);
  const weights = effectiveWeights(tasks);
  return {
    id,
    description,
    doc,
    tags,
    schedule: timetable === null ? null : timetableText(timetable),
    assets: assets === undefined ? null : assetScheduleText(assets, assetPartitions),
    timezone: timetable === null ? null : timezoneOf(timetable),
    startDate: startDate === undefined ? null : instantText(new Date(startDate)),
    endDate: endDate === undefined ? null : instantText(new Date(endDate)),
    catchup,
    maxActiveRuns,
    maxActiveTasks: definition.maxActiveTasks ?? null,
    maxConsecutiveFailedDagRuns: definition.maxConsecutiveFailedDagRuns ?? null,
    isPausedUponCreation: definition.isPausedUponCreation ?? false,
    dagrunTimeout: definition.dagrunTimeout ?? null,
    failFast: definition.failFast ?? false,
    deadlines: (definition.deadlines ?? []).map(({ reference, interval }) => ({ reference, interval })),
    callbacks: optionsOf(runCallbackOptions, definition.callbacks),
    params: paramDetails(paramsSchema),
    paramsSchema,
    tasks: tasks.map((task) => taskDetails(task, downstream.get(task.id) ?? [], weights.get(task.id) ?? 1)),
    groups: definition.groups,
    warnings: definition.warnings,
    definitionHash: definitionHash(definition),
  };
}

function downstreamOf(tasks: readonly TaskDefinition[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(tasks.map(({ id }) => [id, []]));
  for (const { id, upstream } of tasks) for (const up of upstream) found.get(up)?.push(id);
  return found;
}

function taskDetails(task: TaskDefinition, downstream: readonly string[], weight: number): TaskDetails {
  const { id, kind = null, group = null, triggerRule, upstream, labels, doc } = task;
  const { retries, retryDelay, retryBackoff, maxRetryDelay, executionTimeout } = task;
  const { pool = null, queue = null, priorityWeight = 1, weightRule = 'downstream' } = task;
  return {
    id,
    kind,
    group,
    triggerRule,
    upstream,
    downstream,
    isMapped: isMapped(task),
    labels,
    retries,
    retryDelay,
    retryBackoff,
    maxRetryDelay,
    executionTimeout,
    hasRetryPolicy: task.retryPolicy !== undefined,
    pool,
    poolSlots: pool === null ? null : (task.poolSlots ?? 1),
    queue,
    dependsOnPast: task.dependsOnPast ?? false,
    waitForDownstream: task.waitForDownstream ?? false,
    priorityWeight,
    weightRule,
    weight,
    maxActiveTisPerDag: task.maxActiveTisPerDag ?? null,
    maxActiveTisPerDagrun: task.maxActiveTisPerDagrun ?? null,
    outlets: task.outlets ?? [],
    choices: task.choices === undefined ? null : Object.keys(task.choices),
    ignoreDownstreamTriggerRules: kind === 'short_circuit' ? (task.ignoreDownstreamTriggerRules ?? true) : null,
    onFailureFailDagrun: kind === 'teardown' ? (task.onFailureFailDagrun ?? false) : null,
    callbacks: optionsOf(taskCallbackOptions, task.callbacks),
    doc,
  };
}

/** Names of the options by which there are callbacks. */
function optionsOf(
  optionOf: Readonly<Record<string, string>>,
  callbacks: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  return Object.entries(optionOf).flatMap(([event, option]) => (callbacks[event] === undefined ? [] : [option]));
}

/** How a task is tried, on one line: `3 retries, 2 min 0 s apart; 1 h 0 min each`. */
export function triesText({ retries, retryDelay, retryBackoff, maxRetryDelay, executionTimeout }: TryPolicy): string {
  const grows = retryBackoff === 1 ? '' : `, × ${retryBackoff} each, at most ${durationText(maxRetryDelay)}`;
  const again =
    retries === 0 ? 'no retries' : `${count(retries, 'retry', 'retries')}, ${durationText(retryDelay)} apart`;
  const limit = executionTimeout === null ? '' : `; ${durationText(executionTimeout)} a try`;
  return `${again}${retries === 0 ? '' : grows}${limit}`;
}

function count(number: number, one: string, more: string): string {
  return `${number} ${number === 1 ? one : more}`;
}
