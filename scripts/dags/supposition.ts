import { isMapped, type DagDefinition, type TaskDefinition } from '../../dag/definition.ts';
import { sourcesOf } from '../../dag/map-list.ts';
import type { DagTest } from '../../testing/test-dag.ts';
import { CommandError } from '../failure.ts';

/** What is supposed of a run. */
export interface Supposition {
  /** When it is due or started. */
  readonly at: Date;
  readonly params: Readonly<Record<string, unknown>>;
  /** Tasks that fail for good; of a mapped one `land`, or an index of it: `land[1]`, by its label `land[geo]`. */
  readonly fail: readonly string[];
  /** Tasks, or indexes of them, that skip themselves. */
  readonly skip: readonly string[];
  /** What tasks give, by their ids: a list in index order for a mapped one, or one result for all; the choice for a branch. */
  readonly results: Readonly<Record<string, unknown>>;
}

/** A task, or one index of a mapped one, that somebody named. */
export interface Named {
  readonly taskId: string;
  /** `null`: the whole task. */
  readonly mapIndex: number | null;
}

/** Reads a name as people write it. Throws CommandError, which says what there is, for a task or an index that there is not. */
export function named({ id, tasks }: DagDefinition, name: string): Named {
  const [, taskId = name, index] = /^([^[]+)\[(.*)\]$/.exec(name) ?? [];
  const task = tasks.find((one) => one.id === taskId);
  if (task === undefined) {
    throw new CommandError(`DAG ${id} has no task ${taskId}; it has ${tasks.map((one) => one.id).join(', ')}`);
  }
  if (index === undefined) return { taskId, mapIndex: null };
  if (!isMapped(task)) throw new CommandError(`task ${taskId} is not mapped, so there is no ${name}; name ${taskId}`);
  const { labels, items } = task;
  const labelled = labels?.indexOf(index) ?? -1;
  const mapIndex = labelled >= 0 ? labelled : /^\d+$/.test(index) ? Number(index) : undefined;
  if (mapIndex === undefined || (items !== null && mapIndex >= items.length)) {
    const there = labels === null ? 'an index is a number from 0' : `there are ${labels.join(', ')}`;
    throw new CommandError(`task ${taskId} has no index ${name}; ${there}`);
  }
  return { taskId, mapIndex };
}

/** Whether one of the names is this instance. */
export function isNamed(names: readonly Named[], taskId: string, mapIndex: number): boolean {
  return names.some((one) => one.taskId === taskId && (one.mapIndex === null || one.mapIndex === mapIndex));
}

/** Tasks that are mapped over what a task gives. */
function mappedOver({ tasks }: Pick<DagDefinition, 'tasks'>, taskId: string): readonly string[] {
  return tasks.flatMap(({ id, list }) => (list !== undefined && sourcesOf(list).includes(taskId) ? [id] : []));
}

/** Whether a task gives a list by itself that others are mapped over; a mapped one does so index by index. */
export function givesList(definition: Pick<DagDefinition, 'tasks'>, task: TaskDefinition): boolean {
  return !isMapped(task) && mappedOver(definition, task.id).length > 0;
}

/** Throws CommandError where a task is supposed to give what it cannot. */
export function checkResults(definition: DagDefinition, results: Supposition['results']): void {
  for (const [taskId, result] of Object.entries(results)) {
    named(definition, taskId);
    const task = definition.tasks.find(({ id }) => id === taskId);
    if (task === undefined)
      throw new CommandError(`--results are by task, not by index: write ${taskId.split('[')[0]}`);
    if (task.kind === 'branch') checkChoice(task, result);
    if (!givesList(definition, task) || Array.isArray(result)) continue;
    throw new CommandError(
      `task ${taskId} is supposed to give ${JSON.stringify(result)}, which is no list, and ${mappedOver(definition, taskId).join(', ')} is mapped over it: write --results '{"${taskId}": ["a", "b"]}'`,
    );
  }
}

function checkChoice({ id, choices = {} }: TaskDefinition, result: unknown): void {
  const chosen: readonly unknown[] = result === null ? [] : Array.isArray(result) ? result : [result];
  const strange = chosen.find((one) => typeof one !== 'string' || !Object.hasOwn(choices, one));
  if (strange === undefined) return;
  throw new CommandError(
    `branch ${id} cannot choose ${JSON.stringify(strange)}; it has ${Object.keys(choices).join(', ')}`,
  );
}

/** Throws CommandError where an index was named that the run turned out not to have. */
export function checkIndexes(
  definition: DagDefinition,
  names: readonly Named[],
  { states }: Pick<DagTest, 'states'>,
): void {
  for (const { taskId, mapIndex } of names) {
    const indexes = states[taskId];
    if (mapIndex === null || !Array.isArray(indexes) || mapIndex < indexes.length) continue;
    const there = indexes.length === 1 ? 'there is 0 alone' : `there are 0 to ${indexes.length - 1}`;
    throw new CommandError(
      `task ${taskId} has no index ${taskId}[${mapIndex}] in this run; ${there}${listAdvice(definition, taskId, mapIndex)}`,
    );
  }
}

/** How to have a task that is mapped over what another one gives get so many indexes. */
function listAdvice(definition: DagDefinition, taskId: string, mapIndex: number): string {
  const { list } = definition.tasks.find(({ id }) => id === taskId) ?? {};
  const sources = list === undefined ? [] : sourcesOf(list);
  const source = definition.tasks.find((task) => sources.includes(task.id) && givesList(definition, task));
  if (source === undefined) return '';
  const items = Array.from({ length: Math.min(mapIndex + 1, 9) }, (_, at) => at).join(', ');
  return `, by what ${source.id} gives: say more with --results '{"${source.id}": [${items}]}'`;
}

/** What was taken for granted of tasks that ran and of which nothing was supposed, or not enough: sentences. */
export function assumptions(
  definition: DagDefinition,
  { results }: Pick<Supposition, 'results'>,
  { states }: Pick<DagTest, 'states'>,
): readonly string[] {
  const ran = definition.tasks.filter(({ id }) => [states[id]].flat().includes('success'));
  return [
    ...ran.flatMap((task) => {
      const { id, kind, choices = {} } = task;
      const indexes = states[id];
      if (Object.hasOwn(results, id)) {
        return Array.isArray(indexes) ? mappedResult(id, results[id], indexes.length) : [];
      }
      if (kind === 'branch') return [`${id} chooses all that it can: ${Object.keys(choices).join(', ')}`];
      if (kind === 'short_circuit') return [`${id} goes on`];
      if (kind === 'latest_only') return [`${id} takes the run for the newest`];
      if (!givesList(definition, task)) return [];
      return [`${id} gives a list of one item, null, which ${mappedOver(definition, id).join(', ')} is mapped over`];
    }),
    'all other tasks of which nothing is supposed succeed and give null',
  ];
}

function mappedResult(taskId: string, result: unknown, length: number): readonly string[] {
  if (!Array.isArray(result)) return [`${taskId} gives ${JSON.stringify(result)} at each of its ${length} indexes`];
  if (result.length === length) return [];
  return [
    `${taskId} has ${length} indexes and --results ${result.length} results for them: ${
      result.length < length ? 'an index without one gives null' : 'those that are too many are left out'
    }`,
  ];
}
