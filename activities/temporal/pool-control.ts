import type { Client } from '@temporalio/client';
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
import { leftBy } from './left-by.ts';
import { isNotFound, told } from './temporal-error.ts';
import { updateOrStart } from './update-or-start.ts';

/** What the control of pools works with. */
export interface PoolControlOptions {
  readonly client: Client;
  /** Stem of the task queues. */
  readonly installation: string;
  /** Task queue of the controllers. */
  readonly taskQueue: string;
}

/** Milliseconds that a pool has to tell where it is. */
const tellWithin = 5_000;

/** Reaches the pools of an installation through a Temporal client. */
export function createPoolControl({ client, installation, taskQueue }: PoolControlOptions): PoolControl {
  const idOf = (name: string): string => poolId(name, installation);

  /** An update of a pool, whose workflow is started first where there is none. */
  const update = <Result>(pool: string, name: PoolMessage, input: unknown): Promise<Result> =>
    updateOrStart<Result, [PoolStart]>(client, {
      workflowId: idOf(pool),
      name,
      input,
      birth: async (last) => {
        // One that ended by itself was deleted, and nobody needed it. Of any other, who holds slots goes on holding them.
        const isNew = last === undefined || last.status.name === 'COMPLETED';
        const left = isNew ? undefined : await leftBy<PoolStatus>(client, last, 'status' satisfies PoolMessage);
        return {
          workflowType: 'poolKeeper',
          taskQueue,
          args: [left ?? newPool(pool)],
          staticSummary: `gives out the slots of the pool ${pool}`,
        };
      },
    });

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
        // Whatever its status is: one that is paused in the Temporal UI is not "Running".
        const query = `WorkflowType = 'poolKeeper' AND CloseTime IS NULL`;
        for await (const { workflowId: id } of client.workflow.list({ query })) {
          if (id.startsWith(before) && id.endsWith(after)) names.push(id.slice(before.length, -after.length));
        }
        return names.toSorted();
      }),
  };
}
