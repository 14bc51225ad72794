import type { DagWorkflow } from '../engine/dag.ts';
import { failTask } from '../engine/failures.ts';

/** A DAG, as operators name another one: itself, where its file can be imported, or its id. */
export type DagRef<Input = never> = string | DagWorkflow<Input>;

/** Id of a DAG that an operator was given. An empty one fails the task. */
export function dagIdOf(operator: string, dag: DagRef): string {
  const id = typeof dag === 'string' ? dag : dag.definition.id;
  if (id === '') failTask(`${operator}: the DAG's id is empty; give the DAG, or its id`);
  return id;
}
