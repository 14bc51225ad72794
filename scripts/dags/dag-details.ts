import { assetScheduleText } from '../../dag/partitioned-assets.ts';
import { z } from 'zod';
import {
  isMapped,
  type DagDefinition,
  type GroupDefinition,
  type TaskDefinition,
  type TaskKind,
  type TryPolicy,
} from '../../dag/definition.ts';
import { definitionHash } from '../../dag/definition-hash.ts';
import { durationText } from '../../dag/duration.ts';
import { timetableText } from '../../dag/timetable-text.ts';
import { timezoneOf } from '../../dag/timetable.ts';
import type { TriggerRule } from '../../dag/trigger-rules.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { paramDetails, type ParamDetails } from './param-details.ts';

/** A task of a DAG. Durations in milliseconds, as in its definition. */
export interface TaskDetails extends TryPolicy {
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
    params: paramDetails(paramsSchema),
    paramsSchema,
    tasks: tasks.map((task) => taskDetails(task, downstream.get(task.id) ?? [])),
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

function taskDetails(task: TaskDefinition, downstream: readonly string[]): TaskDetails {
  const { id, kind = null, group = null, triggerRule, upstream, labels, doc } = task;
  const { retries, retryDelay, retryBackoff, maxRetryDelay, executionTimeout } = task;
  const tries = { retries, retryDelay, retryBackoff, maxRetryDelay, executionTimeout };
  const { pool = null, queue = null } = task;
  const where = { pool, poolSlots: pool === null ? null : (task.poolSlots ?? 1), queue };
  return {
    id,
    kind,
    group,
    triggerRule,
    upstream,
    downstream,
    isMapped: isMapped(task),
    labels,
    ...tries,
    ...where,
    doc,
  };
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
