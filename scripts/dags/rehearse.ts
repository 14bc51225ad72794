import type { TaskDefinition } from '../../dag/definition.ts';
import { sourcesOf } from '../../dag/map-list.ts';
import { checkParams } from '../../dag/params.ts';
import type { StandIn } from '../../testing/stand-in.ts';
import { testDag, type DagTest } from '../../testing/test-dag.ts';
import type { DagWorkflow } from '../../workflows/engine/dag.ts';
import { failTask, skip } from '../../workflows/engine/failures.ts';
import { CommandError } from '../failure.ts';

/** What is supposed of a run. */
export interface Supposition {
  /** When it is due or started. */
  readonly at: Date;
  readonly params: Readonly<Record<string, unknown>>;
  /** Tasks that fail for good. */
  readonly fail: readonly string[];
  /** Tasks that skip themselves. */
  readonly skip: readonly string[];
  /** What tasks give, by their ids: a list in index order for a mapped one, the choice for a branch. */
  readonly results: Readonly<Record<string, unknown>>;
}

/**
 * What becomes of a run when its tasks end as supposed: none of their code is called. A task of which nothing is supposed succeeds;
 * a branch follows all that it can choose, and what a task is mapped over has one item. Throws CommandError for a task that there
 * is not, a choice that a branch does not have, and params that are wrong.
 */
export async function rehearse(dag: Pick<DagWorkflow, 'definition'>, supposed: Supposition): Promise<DagTest> {
  const { tasks, id } = dag.definition;
  const known = new Map(tasks.map((task) => [task.id, task]));
  for (const taskId of [...supposed.fail, ...supposed.skip, ...Object.keys(supposed.results)]) {
    if (known.has(taskId)) continue;
    throw new CommandError(`DAG ${id} has no task ${taskId}; it has ${[...known.keys()].join(', ')}`);
  }
  const { problems } = checkParams(dag.definition, supposed.params);
  if (problems !== undefined) throw new CommandError(`--conf is not right: ${problems.join('; ')}`);
  const sources = new Set(tasks.flatMap(({ list }) => (list === undefined ? [] : sourcesOf(list))));
  const standIns = tasks.map((task) => [task.id, standInOf(task, supposed, sources.has(task.id))] as const);
  return testDag(dag, { at: supposed.at, params: supposed.params, tasks: Object.fromEntries(standIns) });
}

function standInOf(task: TaskDefinition, supposed: Supposition, givesList: boolean): StandIn['stand'] {
  if (supposed.fail.includes(task.id)) return () => failTask('supposed to fail');
  if (supposed.skip.includes(task.id)) return () => skip('supposed to skip itself');
  if (!Object.hasOwn(supposed.results, task.id)) return () => usualResult(task, givesList);
  const result = supposed.results[task.id];
  if (task.kind === 'branch') checkChoice(task, result);
  return (_, { mapIndex }) => (mapIndex >= 0 && Array.isArray(result) ? (result[mapIndex] as unknown) : result);
}

function usualResult({ kind, choices = {}, items, list }: TaskDefinition, givesList: boolean): unknown {
  if (kind === 'branch') return Object.keys(choices);
  if (kind === 'short_circuit' || kind === 'latest_only') return true;
  // A mapped task gives its list by itself, an item an index.
  return givesList && items === null && list === undefined ? [null] : null;
}

function checkChoice({ id, choices = {} }: TaskDefinition, result: unknown): void {
  const chosen: readonly unknown[] = result === null ? [] : Array.isArray(result) ? result : [result];
  const strange = chosen.find((one) => typeof one !== 'string' || !Object.hasOwn(choices, one));
  if (strange === undefined) return;
  throw new CommandError(
    `branch ${id} cannot choose ${JSON.stringify(strange)}; it has ${Object.keys(choices).join(', ')}`,
  );
}
