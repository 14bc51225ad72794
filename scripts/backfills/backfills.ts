import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
} from '@temporalio/client';
import { backfillWorkflowId, type BackfillMessage } from '../../activities/temporal/port.ts';
import { isOpen } from '../../activities/temporal/execution-status.ts';
import { codeOf, isNotFound } from '../../activities/temporal/temporal-error.ts';
import {
  backfillMemo,
  readBackfill,
  type BackfillOrder,
  type BackfillProgress,
  type BackfillStart,
} from '../../dag/backfill-run.ts';
import { roleQueue } from '../../workers/roles.ts';
import { CommandError } from '../failure.ts';
import { wasNotAnswered } from '../task-results.ts';

/** A backfill that was created. */
export interface KnownBackfill {
  readonly order: BackfillOrder;
  /** `failed`: it was ended from outside, or could not go on. */
  readonly state: BackfillProgress['state'] | 'failed';
  /**
   * How far it is, or came; `null` when no worker answers, or it was ended from outside. Of one that was cancelled the runs that it
   * left are counted as they are now.
   */
  readonly progress: BackfillProgress | null;
  /** ISO 8601, UTC. */
  readonly end: string | null;
}

/** The backfills of an installation. Temporal keeps those that are over for the namespace's retention. */
export interface Backfills {
  /** `false` when one of the DAG is open already. */
  readonly start: (order: BackfillOrder) => Promise<boolean>;
  /** The newest first; of one DAG, or of all. */
  readonly list: (dagId?: string) => Promise<readonly KnownBackfill[]>;
  /** By its id, or the newest of a DAG by that one's id; `undefined` when there is none. */
  readonly find: (id: string) => Promise<KnownBackfill | undefined>;
  /** Of one that is open. Throws CommandError when it has ended meanwhile, and when no worker answers. */
  readonly setPaused: (order: BackfillOrder, paused: boolean) => Promise<void>;
  readonly cancel: (order: BackfillOrder) => Promise<void>;
}

/** Milliseconds that a question may take. */
const patience = 5_000;

type Description = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'closeTime' | 'memo'>;

/** Id of a backfill: which DAG, and when it was created. */
export function newBackfillId(dagId: string, now: Date): string {
  return `${dagId}-backfill__${now.toISOString()}`;
}

/** Reaches the backfills of an installation; `taskQueue` is the stem of its task queues. */
export function openBackfills(client: Client, taskQueue: string): Backfills {
  const idOf = (dagId: string): string => backfillWorkflowId(dagId, taskQueue);

  async function newest(dagId: string): Promise<KnownBackfill | undefined> {
    try {
      return await known(client, await client.workflow.getHandle(idOf(dagId)).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async function list(dagId?: string): Promise<readonly KnownBackfill[]> {
    const one = dagId === undefined ? '' : ` AND WorkflowId = "${idOf(dagId)}"`;
    const query = `WorkflowType = "backfill" AND ExecutionStatus != "ContinuedAsNew"${one}`;
    const found: KnownBackfill[] = [];
    for await (const info of client.workflow.list({ query })) {
      if (!info.workflowId.endsWith(`@${taskQueue}`)) continue;
      const backfill = await known(client, info);
      if (backfill !== undefined) found.push(backfill);
    }
    return found.toSorted((a, b) => (a.order.createdAt < b.order.createdAt ? 1 : -1));
  }

  const open = ({ dagId }: BackfillOrder): WorkflowHandle => client.workflow.getHandle(idOf(dagId));

  return {
    start: async (order) => {
      const start: BackfillStart = { order };
      try {
        await client.workflow.start('backfill', {
          workflowId: idOf(order.dagId),
          taskQueue: roleQueue(taskQueue, 'control'),
          args: [start],
          memo: { [backfillMemo]: order },
          staticSummary: `backfills ${order.dagId} from ${order.fromDate} to ${order.toDate}`,
        });
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    },
    list,
    find: async (id) => {
      const [, dagId = id] = /^(.+)-backfill__/.exec(id) ?? [];
      // The newest one needs no visibility, which is some moments behind.
      const last = await newest(dagId);
      if (last === undefined || dagId === id || last.order.backfillId === id) return last;
      return (await list(dagId)).find(({ order }) => order.backfillId === id);
    },
    setPaused: (order, paused) =>
      answered(client, order, () =>
        open(order).executeUpdate<void, [boolean]>('setPaused' satisfies BackfillMessage, { args: [paused] }),
      ),
    cancel: (order) =>
      answered(client, order, () => open(order).executeUpdate<void, []>('cancelBackfill' satisfies BackfillMessage)),
  };
}

async function answered(client: Client, { backfillId }: BackfillOrder, ask: () => Promise<void>): Promise<void> {
  try {
    await client.withDeadline(Date.now() + 2 * patience, ask);
  } catch (error) {
    if (isNotFound(error))
      throw new CommandError(`backfill ${backfillId} has ended meanwhile: tw backfill show says how`, { cause: error });
    if (![1, 4, 8, 9, 14].includes(codeOf(error) ?? 0)) throw error;
    throw new CommandError('no worker answered in time: start one (tw worker), then try again', { cause: error });
  }
}

async function known(client: Client, description: Description): Promise<KnownBackfill | undefined> {
  const { workflowId, runId, status, closeTime, memo } = description;
  const order = readBackfill(memo);
  if (order === undefined) return undefined;
  const told = { order, end: closeTime?.toISOString() ?? null };
  const handle = client.workflow.getHandle<() => Promise<BackfillProgress>>(workflowId, runId);
  if (status.name === 'COMPLETED') {
    const progress = await withLaterEnds(client, await handle.result());
    return { ...told, state: progress.state, progress };
  }
  if (!isOpen(status)) return { ...told, state: 'failed', progress: null };
  try {
    const query = (): Promise<BackfillProgress> => handle.query('progress' satisfies BackfillMessage);
    const progress = await client.withDeadline(Date.now() + patience, query);
    return { ...told, state: progress.state, progress };
  } catch (error) {
    if (!wasNotAnswered(error)) throw error;
    return { ...told, state: 'running', progress: null };
  }
}

/** What a backfill came to, with the ends since of runs that it left when it was cancelled: they went on without it. */
async function withLaterEnds(client: Client, progress: BackfillProgress): Promise<BackfillProgress> {
  let { success, failed } = progress;
  const active: string[] = [];
  for (const runId of progress.active) {
    const state = await stateOf(client, runId);
    if (state === 'active') active.push(runId);
    else if (state === 'success') success++;
    else failed++;
  }
  return { ...progress, success, failed, active };
}

/** One that Temporal does not know any more was deleted by hand: it keeps the backfill no longer than its later runs. */
async function stateOf(client: Client, runId: string): Promise<'active' | 'success' | 'failed'> {
  try {
    const { status } = await client.workflow.getHandle(runId).describe();
    if (isOpen(status)) return 'active';
    return status.name === 'COMPLETED' ? 'success' : 'failed';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'failed';
    throw error;
  }
}
