import { WorkflowFailedError, type Client } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { statesQuery, type RunStatus, type TaskStatus } from '../../workflows/engine/queries.ts';

/** How a followed run ended. */
export interface RunEnd {
  readonly state: 'success' | 'failed';
  /** Why it failed, in the run's words. */
  readonly error: string | undefined;
}

/** Milliseconds between two looks. A query costs the worker a little and history nothing. */
const lookEvery = 150;
/** Milliseconds that a look may take: with no worker there is no answer. */
const lookAtMost = 2_000;

/** Takes one look at a run: the tasks that have changed since the look before, and all of them. */
export type OnLook = (changed: readonly TaskStatus[], all: readonly TaskStatus[]) => void;

/**
 * Follows a run to its end and tells each change of a task once. While no worker answers (it was killed, or is starting),
 * it goes on asking: the run is on the server and loses nothing by it.
 */
export async function followRun(client: Client, runId: string, onLook: OnLook): Promise<RunEnd> {
  const handle = client.workflow.getHandle(runId);
  const told = new Map<string, string>();
  const look = async (): Promise<void> => {
    const query = (): Promise<RunStatus> => handle.query(statesQuery);
    const status = await client.withDeadline(Date.now() + lookAtMost, query).catch(() => undefined);
    if (status === undefined) return;
    const changed = status.tasks.filter(({ label, state, tryNumber }) => {
      const news = `${state} ${tryNumber}`;
      if (told.get(label) === news || state === 'none' || state === 'scheduled') return false;
      told.set(label, news);
      return true;
    });
    onLook(changed, status.tasks);
  };
  const ended = handle.result().then(
    (): RunEnd => ({ state: 'success', error: undefined }),
    (error: unknown): RunEnd => {
      if (!(error instanceof WorkflowFailedError)) throw error;
      return { state: 'failed', error: error.cause?.message ?? error.message };
    },
  );
  let end: RunEnd | undefined;
  while (end === undefined) {
    await look();
    end = await Promise.race([ended, delay(lookEvery, undefined)]);
  }
  await look();
  return end;
}
