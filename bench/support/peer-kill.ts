import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { triesQuery } from '../../workflows/engine/queries.ts';
import { startPeer, type PeerProcessOptions } from './peer-process.ts';

/** What the death of a worker cost a task. */
export interface KillCost {
  /** From the SIGKILL until the task's code runs again. */
  readonly againMs: number;
  /** Tries (Airflow's) that it cost; attempts (Temporal's) are not counted. */
  readonly triesSpent: number;
}

/** Kills a worker (SIGKILL) three seconds into a task of a DAG, and starts another one at once, as systemd would. */
export async function killInTask(client: Client, options: Omit<PeerProcessOptions, 'kind'>): Promise<KillCost> {
  const peer = { ...options, kind: 'dag' } as const;
  const first = await startPeer(peer);
  const hangs = first.hangs();
  const handle = await client.workflow.start('victim', {
    workflowId: `victim-${Date.now()}`,
    taskQueue: `${options.taskQueue}-orchestration`,
  });
  await hangs;
  await delay(3_000);
  const killed = Date.now();
  first.kill();
  const next = await startPeer(peer);
  try {
    await handle.result();
    const tries = await handle.query(triesQuery, { taskId: 'hang' });
    const { events } = await handle.fetchHistory();
    const [result] = (events ?? []).flatMap(
      ({ activityTaskCompletedEventAttributes: completed }) => completed?.result?.payloads ?? [],
    );
    if (result === undefined) throw new Error('the task has no result');
    return {
      againMs: defaultPayloadConverter.fromPayload<number>(result) - killed,
      triesSpent: tries.length - 1,
    };
  } finally {
    await next.stop();
  }
}
