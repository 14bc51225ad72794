import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { AssetHubStart } from '../../dag/asset-hub.ts';
import type { AssetSubscription } from '../../dag/asset-queue.ts';
import type { AssetEvent } from '../../dag/assets.ts';
import { openExchange } from './exchange.ts';
import { assetHubId, type AssetControl, type AssetHubMessage } from './port.ts';
import { leftBy } from './left-by.ts';
import { isNotFound, told } from './temporal-error.ts';
import { lastOf, updateOrStart, type ControllerBirth } from './update-or-start.ts';

/** What the control of assets works with. */
export interface AssetControlOptions {
  readonly client: Client;
  /** Stem of the task queues. */
  readonly installation: string;
  /** Task queue of the controllers. */
  readonly taskQueue: string;
  /** Task queue of the runs. */
  readonly runQueue: string;
}

type Hub = (runQueue: string, start: AssetHubStart) => Promise<void>;

/** Milliseconds until the hub is told of what it has not taken, since it goes on in a new history. */
const tellAgainAfter = 100;

/** Milliseconds that the hub has to tell where it is. */
const tellWithin = 5_000;

/** Reaches the hub of an installation's assets through a Temporal client. */
export function createAssetControl({ client, installation, taskQueue, runQueue }: AssetControlOptions): AssetControl {
  const workflowId = assetHubId(installation);
  const hub = () => client.workflow.getHandle(workflowId);

  const stateLeftBy = (last: WorkflowExecutionDescription | undefined): Promise<AssetHubStart | undefined> =>
    last === undefined ? Promise.resolve(undefined) : leftBy(client, last, 'status' satisfies AssetHubMessage);

  /** How the hub is started where there is none: with what the last one knew, which somebody has terminated. */
  const birthOf = (left: AssetHubStart | undefined): ControllerBirth<[string, AssetHubStart]> => ({
    workflowType: 'assetHub',
    taskQueue,
    args: [runQueue, left ?? {}],
    staticSummary: 'starts DAGs when the assets that they wait for have been made',
  });

  // By updates, not by signals: a workflow to which signals come without a pause cannot go on in a new history.
  const exchange = openExchange<never, never, AssetEvent>(async (_, { ends }) => {
    for (let rest = ends; rest.length > 0;) {
      const taken = await updateOrStart<number | null, [string, AssetHubStart]>(client, {
        workflowId,
        name: 'events' satisfies AssetHubMessage,
        input: rest,
        birth: async (last) => birthOf(await stateLeftBy(last)),
      });
      // A worker of before this was counted takes all of them, and does not say so.
      rest = rest.slice(taken ?? rest.length);
      if (rest.length > 0) await delay(tellAgainAfter);
    }
    return [];
  });

  return {
    tell: (events) =>
      told('telling of assets', async () => {
        await Promise.all(events.map((event) => exchange.tell(workflowId, event)));
      }),
    subscribe: (subscriptions) =>
      told('saying which DAGs wait for assets', async () => {
        const last = await lastOf(client, workflowId);
        // One that was terminated knows of some, and whoever starts it anew would have it start their runs.
        if (subscriptions.length > 0 || last !== undefined) {
          const { workflowType: _, ...how } = birthOf(await stateLeftBy(last).catch(() => undefined));
          // A signal waits for the hub where no worker serves it.
          await client.workflow.signalWithStart<Hub, [readonly AssetSubscription[]]>('assetHub', {
            ...how,
            workflowId,
            signal: 'subscribe' satisfies AssetHubMessage,
            signalArgs: [subscriptions],
          });
          return;
        }
        try {
          await hub().signal('subscribe' satisfies AssetHubMessage, []);
        } catch (error) {
          // There is none to forget them.
          if (!isNotFound(error)) throw error;
        }
      }),
    status: () =>
      told('asking which DAGs wait for assets', async () => {
        try {
          const query = () => hub().query<Required<AssetHubStart>>('status' satisfies AssetHubMessage);
          return await client.withDeadline(Date.now() + tellWithin, query);
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
  };
}
