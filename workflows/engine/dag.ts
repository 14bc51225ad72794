import { ApplicationFailure } from '@temporalio/common';
import type { z } from 'zod';
import type { DagDefinition } from '../../dag/definition.ts';
import type { DagBuilder } from '../../dag/builder.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { DagDefinitionError } from '../../dag/definition-error.ts';
import type { DagOptions } from '../../dag/options.ts';
import { failureTypes } from './failures.ts';
import { isPart, runPart } from './map-part.ts';
import type { PartEnd, PartOrder } from './part-order.ts';
import { runDag } from './run-dag.ts';
import type { RunResult } from './run-end.ts';

/** A DAG as a Temporal workflow: its type is the DAG's id, its input the params, and it carries its definition. */
export interface DagWorkflow<Input = unknown, Params = unknown> {
  /** Nothing, `null` and `{}` start a run with the defaults. */
  (input?: Input | null): Promise<RunResult>;
  readonly definition: DagDefinition<Params>;
}

/**
 * Defines a DAG and makes a workflow of it. Export it under its id from a file of `workflows/`, and name it in
 * `workflows/index.ts`.
 *
 * @example export const hello = dag('hello', { schedule: cron('@daily') }, ({ task }) => { task('greet', { run: () => io.greet({}) }); });
 */
export function dag<Params extends z.ZodObject = z.ZodObject<Record<never, never>>>(
  id: string,
  options: DagOptions<Params>,
  build: (builder: DagBuilder<z.output<Params>>) => void,
): DagWorkflow<z.input<Params>, z.output<Params>> {
  return workflowOf(id, () => defineDag(id, options, build));
}

/** Makes the workflow of a definition. */
export function dagOf<Params, Input = unknown>(definition: DagDefinition<Params>): DagWorkflow<Input, Params> {
  return workflowOf(definition.id, () => definition);
}

/**
 * Defined when it is asked for first: a worker evaluates every module of the bundle for each run, and a run needs one DAG
 * of them. The build asks all of them. One that is not defined rightly all the same fails its own runs, and nobody else's.
 */
function workflowOf<Params, Input>(id: string, define: () => DagDefinition<Params>): DagWorkflow<Input, Params> {
  let definition: DagDefinition<Params> | undefined;
  const defined = (): DagDefinition<Params> => (definition ??= define());
  const workflow = async (input?: Input | null): Promise<RunResult | PartEnd> =>
    isPart() ? runPart(orFail(defined), input as PartOrder) : runDag(orFail(defined), input);
  return Object.defineProperties(workflow, {
    // Clients start a workflow function by its name, and a minifier or a rename must not change it.
    name: { value: id },
    definition: { get: defined, enumerable: true },
  }) as DagWorkflow<Input, Params>;
}

/** Another error than Temporal's own would not fail the run, but have it tried again for ever. */
function orFail<Params>(define: () => DagDefinition<Params>): DagDefinition<Params> {
  try {
    return define();
  } catch (error) {
    if (!(error instanceof DagDefinitionError)) throw error;
    throw ApplicationFailure.create({ type: failureTypes.definition, message: error.message, nonRetryable: true });
  }
}

/** Whether something that a workflow module exports is a DAG. */
export function isDag(value: unknown): value is DagWorkflow {
  return typeof value === 'function' && 'definition' in value;
}
