import type { z } from 'zod';
import type { DagBuilder } from '../../dag/builder.ts';
import { defineDag } from '../../dag/define-dag.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import type { DagOptions } from '../../dag/options.ts';

/** What defines the tasks of a DAG without params. */
export type Build = (builder: DagBuilder<Record<string, never>>) => void;

/** A DAG named `sample`, run when somebody asks unless the options say otherwise. */
export function define(build: Build, options: Partial<DagOptions<z.ZodObject>> = {}): DagDefinition {
  return defineDag('sample', { schedule: null, ...options }, build as never);
}
