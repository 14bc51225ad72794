import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkSandboxImports } from './sandbox-imports.ts';
import { SourceError } from './source-error.ts';
import { bundleWorkflowCode, DefaultLogger, type Logger, type WorkflowBundle } from '@temporalio/worker';

/** Names of the workflows' bundles in the folder of the build: of runs, and of what looks after them. */
export const bundleFiles = { runs: 'workflow-bundle.js', control: 'control-bundle.js' } as const;

/** The module whose exports are the workflow types that look after runs. */
export const controlEntry = 'workflows/control/index';

/** Where workflow code is: a folder with `workflows/`, sources or compiled. */
export interface WorkflowSource {
  /** Folder of the checkout, or of the build. */
  readonly folder: string;
  /** Module whose exports are the workflow types, from the folder; the DAGs of `workflows/index` by default. */
  readonly entry?: string;
  readonly logger?: Logger;
}

/** What DAGs are made of. */
const engineModules = ['workflows/engine/dag', 'workflows/engine/activities-on', 'workflows/engine/interceptors'];

/** Bundles workflows with the engine's interceptors, which only work when they are in the bundle. Takes seconds. */
export async function bundleWorkflows({ folder, entry, logger }: WorkflowSource): Promise<WorkflowBundle> {
  const module = (path: string): string => {
    const compiled = join(folder, `${path}.js`);
    return existsSync(compiled) ? compiled : join(folder, `${path}.ts`);
  };
  const { code } = await bundleWorkflowCode({
    workflowsPath: module(entry ?? 'workflows/index'),
    // Evaluated once a worker instead of once a run: the engine, and with it zod, Temporal's own modules and dag/. None of
    // them keeps anything of a run in a module; DAGs are evaluated for each run, so theirs may.
    preloadModules: engineModules.map(module),
    workflowInterceptorModules: [module('workflows/engine/interceptors')],
    ...(logger !== undefined && { logger }),
  });
  return { code: sparesFrozenPatterns(code) };
}

/**
 * What is preloaded is frozen, zod's patterns of dates and addresses among it, and zod sets `lastIndex` of a pattern to 0 before each use: in
 * a workflow that threw, and the run of a DAG with such a param never began. Only patterns with the flags g or y have a use for it, and those of
 * zod have neither. On one line each, as before: source maps count lines.
 */
function sparesFrozenPatterns(code: string): string {
  return code.replaceAll(
    /^(\s*)([\w.]+)\.lastIndex = 0;/gm,
    (_, indent: string, pattern: string) => `${indent}if (!Object.isFrozen(${pattern})) ${pattern}.lastIndex = 0;`,
  );
}

/**
 * Throws the DagDefinitionError of the first DAG, among what a module exports, that is not defined rightly, or a SourceError where one has
 * another name there.
 */
export function checkDefinitions(exported: object): void {
  for (const [name, value] of Object.entries(exported)) {
    if (!isDag(value)) continue;
    // Asking is enough: a DAG is defined when its definition is asked for first.
    const { id } = value.definition;
    if (id === name) continue;
    throw new SourceError(
      `DAG ${id}: it is exported as ${name}, which is the name that workers know it by: give the export the DAG's id, or the DAG the export's`,
    );
  }
}

/** As `isDag` of the engine, whose code is for workflows alone. */
function isDag(value: unknown): value is { readonly definition: { readonly id: string } } {
  return typeof value === 'function' && 'definition' in value;
}

/** Writes the bundles of a build beside it, so that a worker starts without webpack. Throws SourceError and DagDefinitionError. */
export async function writeWorkflowBundles(distFolder: string): Promise<void> {
  checkSandboxImports(distFolder, 'workflows/index.js');
  const dags: object = await import(pathToFileURL(join(distFolder, 'workflows/index.js')).href);
  checkDefinitions(dags);
  // Of a build that succeeds webpack has nothing to say that anybody needs; errors are shown.
  const logger = new DefaultLogger('WARN');
  const [runs, control] = await Promise.all([
    bundleWorkflows({ folder: distFolder, logger }),
    bundleWorkflows({ folder: distFolder, entry: controlEntry, logger }),
  ]);
  await writeFile(join(distFolder, bundleFiles.runs), runs.code);
  await writeFile(join(distFolder, bundleFiles.control), control.code);
}
