import * as workflows from '../workflows/index.ts';
import type { DagDefinition } from '../dag/definition.ts';
import { isDag, type DagWorkflow } from '../workflows/engine/dag.ts';
import { CommandError } from './failure.ts';

/** Every DAG that the workers run, by id. */
export function registeredDags(): readonly DagWorkflow[] {
  return (Object.values(workflows) as readonly unknown[])
    .filter(isDag)
    .toSorted((a, b) => (a.definition.id < b.definition.id ? -1 : 1));
}

/** A DAG by its id. Throws CommandError, which lists what there is, for an unknown one. */
export function dagOfId(id: string): DagWorkflow {
  const found = registeredDags().find(({ definition }) => definition.id === id);
  if (found !== undefined) return found;
  const known = registeredDags().map(({ definition }) => definition.id);
  throw new CommandError(`there is no DAG ${id}; there are: ${known.join(', ')}`);
}

/** The definition of a DAG. Throws CommandError as {@link dagOfId} does. */
export function definitionOf(id: string): DagDefinition {
  return dagOfId(id).definition;
}
