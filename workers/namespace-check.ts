import type { NativeConnection } from '@temporalio/worker';

/** A search attribute that runs write, by its registered name and type. */
export interface RequiredAttribute {
  readonly name: string;
  readonly type: string;
}

/**
 * What the namespace lacks, a sentence each. A run that writes an unregistered search attribute hangs for ever, so a worker
 * looks before it polls.
 */
export async function namespaceProblems(
  connection: NativeConnection,
  namespace: string,
  required: readonly RequiredAttribute[],
): Promise<readonly string[]> {
  let found: Readonly<Record<string, unknown>>;
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    found = customAttributes ?? {};
  } catch (error) {
    if (isNotFound(error)) return [`Temporal has no namespace ${namespace}: run tw init`];
    throw error;
  }
  const missing = required.filter(({ name }) => !(name in found)).map(({ name }) => name);
  if (missing.length === 0) return [];
  return [`the Temporal namespace ${namespace} lacks the search attributes ${missing.join(', ')}: run tw init`];
}

function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 5;
}
