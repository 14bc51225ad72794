import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import { newPool, type PoolSize, type PoolStart } from '../../dag/pool.ts';
import { openExchange } from './exchange.ts';
import {
  poolId,
  type PoolControl,
  type PoolMessage,
  type PoolStatus,
  type PoolRelease,
  type PoolRequest,
  type PoolTurn,
} from './port.ts';
import { isOpen } from './execution-status.ts';
import { isNotFound, told } from './temporal-error.ts';

/** What the control of pools works with. */
export interface PoolControlOptions {
  readonly client: Client;
  /** Stem of the task queues. */
  readonly installation: string;
  /** Task queue of the controllers. */
  readonly taskQueue: string;
}

/** Milliseconds that a pool has to answer; less than the activity that asks has, so that it can ask anew. */
const answerWithin = 20_000;

/** Milliseconds that a pool has to tell where it is. */
const tellWithin = 5_000;

/** Reaches the pools of an installation through a Temporal client. */
export function createPoolControl({ client, installation, taskQueue }: PoolControlOptions): PoolControl {
  const idOf = (name: string): string => poolId(name, installation);

  /** An update of a pool, whose workflow is started first where there is none. */
  async function update<Result>(pool: string, name: PoolMessage, input: unknown): Promise<Result> {
    const send = () =>
      client.workflow.executeUpdateWithStart<(start: PoolStart) => Promise<void>, Result, [unknown]>(name, {
        args: [input],
        startWorkflowOperation: new WithStartWorkflowOperation('poolKeeper', {
          workflowId: idOf(pool),
          taskQueue,
          args: [newPool(pool)],
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: `gives out the slots of the pool ${pool}`,
        }),
      });
    return client.withDeadline(Date.now() + answerWithin, send);
  }

  const exchange = openExchange<PoolRequest, PoolTurn, PoolRelease>((pool, letter) =>
    update<readonly PoolTurn[]>(pool, 'exchange', letter),
  );

  return {
    take: (request) => told(`asking for slots of the pool ${request.pool}`, () => exchange.ask(request.pool, request)),
    give: (release) =>
      told(`giving back slots of the pool ${release.pool}`, () => exchange.tell(release.pool, release)),
    resize: (name, size) =>
      told(`changing the pool ${name}`, () => update<void>(name, 'resize', size satisfies PoolSize)),
    status: (name) =>
      told(`asking the pool ${name}`, async () => {
        try {
          const handle = client.workflow.getHandle(idOf(name));
          // One that was deleted is over, and would answer all the same.
          if (!isOpen((await handle.describe()).status)) return undefined;
          const query = () => handle.query<PoolStatus>('status' satisfies PoolMessage);
          return await client.withDeadline(Date.now() + tellWithin, query);
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
    names: () =>
      told('listing the pools', async () => {
        const names: string[] = [];
        const [before = '', after = ''] = idOf(' ').split(' ');
        const query = `WorkflowType = 'poolKeeper' AND ExecutionStatus = 'Running'`;
        for await (const { workflowId: id } of client.workflow.list({ query })) {
          if (id.startsWith(before) && id.endsWith(after)) names.push(id.slice(before.length, -after.length));
        }
        return names.toSorted();
      }),
  };
}
