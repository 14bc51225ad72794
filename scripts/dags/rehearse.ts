import type { DagDefinition, TaskDefinition } from '../../dag/definition.ts';
import { checkParams } from '../../dag/params.ts';
import type { StandIn } from '../../testing/stand-in.ts';
import { testDag, type DagTest } from '../../testing/test-dag.ts';
import type { DagWorkflow } from '../../workflows/engine/dag.ts';
import { failTask, skip } from '../../workflows/engine/failures.ts';
import { CommandError } from '../failure.ts';
import {
  assumptions,
  checkIndexes,
  checkResults,
  givesList,
  isNamed,
  named,
  type Named,
  type Supposition,
} from './supposition.ts';

/** What became of a run as it was supposed. */
export interface Rehearsal extends DagTest {
  /** What was taken for granted beside what was supposed: sentences. */
  readonly assumed: readonly string[];
}

/**
 * What becomes of a run when its tasks end as supposed: none of their code is called, and no callback. A task of which nothing is supposed succeeds;
 * a branch follows all that it can choose, and what a task is mapped over has one item: `assumed` says so. Throws CommandError for a
 * task or an index that there is not, a choice that a branch does not have, a list that is none, and params that are wrong.
 */
export async function rehearse(dag: Pick<DagWorkflow, 'definition'>, supposed: Supposition): Promise<Rehearsal> {
  const { definition } = dag;
  const fails = supposed.fail.map((name) => named(definition, name));
  const skips = supposed.skip.map((name) => named(definition, name));
  checkResults(definition, supposed.results);
  const { problems } = checkParams(definition, supposed.params);
  if (problems !== undefined) throw new CommandError(`--conf is not right: ${problems.join('; ')}`);
  const parts = { definition, fails, skips, results: supposed.results };
  const standIns = definition.tasks.map((task) => [task.id, standInOf(task, parts)] as const);
  const test = await testDag(
    { definition: withoutCallbacks(definition) },
    { at: supposed.at, params: supposed.params, tasks: Object.fromEntries(standIns) },
  );
  checkIndexes(definition, [...fails, ...skips], test);
  return { ...test, assumed: assumptions(definition, supposed, test) };
}

/** Callbacks decide nothing, and call activities, which a rehearsal has none of. */
function withoutCallbacks(definition: DagDefinition): DagDefinition {
  const tasks = definition.tasks.map((task) => ({ ...task, callbacks: {} }));
  return { ...definition, callbacks: {}, deadlines: [], tasks };
}

interface Parts extends Pick<Supposition, 'results'> {
  readonly definition: DagDefinition;
  readonly fails: readonly Named[];
  readonly skips: readonly Named[];
}

function standInOf(task: TaskDefinition, { definition, fails, skips, results }: Parts): StandIn['stand'] {
  return (_, { mapIndex }) => {
    if (isNamed(fails, task.id, mapIndex)) return failTask('supposed to fail');
    if (isNamed(skips, task.id, mapIndex)) return skip('supposed to skip itself');
    if (!Object.hasOwn(results, task.id)) return usualResult(task, givesList(definition, task));
    const result = results[task.id];
    return mapIndex >= 0 && Array.isArray(result) ? ((result[mapIndex] as unknown) ?? null) : result;
  };
}

function usualResult({ kind, choices = {} }: TaskDefinition, isList: boolean): unknown {
  if (kind === 'branch') return Object.keys(choices);
  if (kind === 'short_circuit' || kind === 'latest_only') return true;
  return isList ? [null] : null;
}
