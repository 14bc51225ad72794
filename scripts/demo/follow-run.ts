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

/**
 * Follows a run to its end and tells each change of a task once. While no worker answers (it was killed, or is starting),
 * it goes on asking: the run is on the server and loses nothing by it.
 */
export async function followRun(client: Client, runId: string, onTask: (task: TaskStatus) => void): Promise<RunEnd> {
  const handle = client.workflow.getHandle(runId);
  const told = new Map<string, string>();
  const look = async (): Promise<void> => {
    const query = (): Promise<RunStatus> => handle.query(statesQuery);
    const status = await client.withDeadline(Date.now() + lookAtMost, query).catch(() => undefined);
    for (const task of status?.tasks ?? []) {
      const news = `${task.state} ${task.tryNumber}`;
      if (told.get(task.label) === news || task.state === 'none' || task.state === 'scheduled') continue;
      told.set(task.label, news);
      onTask(task);
    }
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
