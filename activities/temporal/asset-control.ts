import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { AssetHubStart, AssetSubscription } from '../../dag/asset-hub.ts';
import type { AssetEvent } from '../../dag/assets.ts';
import { openExchange } from './exchange.ts';
import { assetHubId, type AssetControl, type AssetHubMessage } from './port.ts';
import { isNotFound, told } from './temporal-error.ts';

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

/** Milliseconds that the hub has to answer; less than the activity that tells has, so that it can tell anew. */
const answerWithin = 20_000;

/** Milliseconds that the hub has to tell where it is. */
const tellWithin = 5_000;

/** Reaches the hub of an installation's assets through a Temporal client. */
export function createAssetControl({ client, installation, taskQueue, runQueue }: AssetControlOptions): AssetControl {
  const workflowId = assetHubId(installation);
  const hub = () => client.workflow.getHandle(workflowId);

  const startOf = () =>
    ({
      workflowId,
      taskQueue,
      args: [runQueue, {}] satisfies [string, AssetHubStart],
      staticSummary: 'starts DAGs when the assets that they wait for have been made',
    }) as const;

  // By updates, not by signals: a workflow to which signals come without a pause cannot go on in a new history.
  const exchange = openExchange<never, never, AssetEvent>(async (_, { ends }) => {
    const send = () =>
      client.workflow.executeUpdateWithStart<Hub, void, [readonly AssetEvent[]]>('events' satisfies AssetHubMessage, {
        args: [ends],
        startWorkflowOperation: new WithStartWorkflowOperation<Hub>('assetHub', {
          ...startOf(),
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
    await client.withDeadline(Date.now() + answerWithin, send);
    return [];
  });

  return {
    tell: (events) =>
      told('telling of assets', async () => {
        await Promise.all(events.map((event) => exchange.tell(workflowId, event)));
      }),
    subscribe: (subscriptions) =>
      told('saying which DAGs wait for assets', async () => {
        if (subscriptions.length > 0) {
          // A signal waits for the hub where no worker serves it.
          await client.workflow.signalWithStart<Hub, [readonly AssetSubscription[]]>('assetHub', {
            ...startOf(),
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
