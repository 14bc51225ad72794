import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { attributeProblems, attributeTypes, isNotFound } from '../workers/namespace-check.ts';
import { searchAttributeKeys } from '../workflows/engine/search-attributes.ts';
import { CommandError, configurationExitCode } from './failure.ts';

/** The namespace that runs live in. */
export interface NamespaceSpec {
  readonly namespace: string;
  /** Days that Temporal keeps a closed run for its UI. */
  readonly retentionDays: number;
}

/** What {@link ensureNamespace} had to do. */
export interface NamespaceChanges {
  readonly created: boolean;
  readonly retention: { readonly from: number; readonly to: number } | null;
  readonly searchAttributes: readonly string[];
}

const day = 24 * 60 * 60;

/** Search attributes that runs write: what `tw init` registers, and what a worker looks for. */
export const requiredSearchAttributes = Object.values(searchAttributeKeys).map(({ name, type }) => ({ name, type }));

/**
 * Makes the namespace what runs need: there, with its retention and the search attributes, which it waits for until they
 * can be used. Idempotent; leaves everything else of the namespace alone. Retention is only ever raised. Throws CommandError
 * when a search attribute is there with another type.
 */
export async function ensureNamespace(
  connection: Connection,
  { namespace, retentionDays }: NamespaceSpec,
): Promise<NamespaceChanges> {
  const retention = msToTs(retentionDays * day * 1_000);
  const described = await describe(connection, namespace);
  if (described === undefined) {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention });
    // Each part of the server learns of a namespace in its own time; the part with the search attributes is a late one.
    await untilThere(() => isKnown(connection, namespace), `namespace ${namespace}`);
  }
  const from = described === undefined ? retentionDays : described.retentionDays;
  const raised = from < retentionDays;
  if (raised) {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    });
  }
  return {
    created: described === undefined,
    retention: raised ? { from, to: retentionDays } : null,
    searchAttributes: await ensureSearchAttributes(connection, namespace),
  };
}

async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<readonly string[]> {
  const problems = () => attributeProblems(connection, namespace, requiredSearchAttributes);
  const { missing, wrong } = await problems();
  // Whoever registered it has values of that type: that is for people to decide.
  if (wrong.length > 0) throw new CommandError(wrong.join('\n'), { exitCode: configurationExitCode });
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(
    requiredSearchAttributes
      .filter(({ name }) => missing.includes(name))
      .map(({ name, type }) => [name, attributeTypes[type]]),
  );
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  // The servers learn of a new attribute one after another; a run that writes it too early hangs.
  await untilThere(async () => (await problems()).missing.length === 0, 'the search attributes');
  return missing;
}

async function isKnown(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.operatorService.listSearchAttributes({ namespace });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function describe(
  connection: Connection,
  namespace: string,
): Promise<{ readonly retentionDays: number } | undefined> {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return { retentionDays: Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / day };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function untilThere(check: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Temporal still does not show ${what} after a minute`);
    await delay(200);
  }
}
