import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { AssetHubMessage } from '../../activities/temporal/port.ts';
import { openAssetHub, type AssetHubStart, type AssetSubscription, type DueRun } from '../../dag/asset-hub.ts';
import { assetEventsMemo, type AssetEvent } from '../../dag/assets.ts';
import { partitionMemo } from '../../dag/partition-key.ts';
import { slotMemo, type SlotOrder } from '../../dag/run-identity.ts';
import { longHistory } from './run-watch.ts';
import { leaveTrace } from './traces.ts';

const events = defineUpdate<void, [readonly AssetEvent[]]>('events' satisfies AssetHubMessage);
const subscribe = defineSignal<[readonly AssetSubscription[]]>('subscribe' satisfies AssetHubMessage);
const status = defineQuery<Required<AssetHubStart>>('status' satisfies AssetHubMessage);

/**
 * The hub of an installation's assets, `assets@<installation>`: knows which DAGs wait for which assets and what has come for them, and starts
 * their runs, each once, as children that belong to nobody. It lives for ever and continues as new with all that it knows.
 */
export async function assetHub(runQueue: string, start: AssetHubStart): Promise<void> {
  const hub = openAssetHub(start);
  let starting = 0;
  leaveTrace(0);

  function begin(due: readonly DueRun[]): void {
    for (const run of due) {
      starting++;
      void startRun(run, runQueue).finally(() => starting--);
    }
  }

  setHandler(events, (told) => {
    for (const event of told) begin(hub.take(event));
  });
  setHandler(subscribe, (subscriptions) => begin(hub.subscribe(subscriptions)));
  setHandler(status, hub.state);

  await condition(() => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > longHistory);
  await condition(() => allHandlersFinished() && starting === 0);
  await continueAsNew<typeof assetHub>(runQueue, hub.state());
}

async function startRun({ dagId, number, events: why, partitionKey }: DueRun, taskQueue: string): Promise<void> {
  const times = why.map(({ timestamp }) => timestamp);
  const [first, last] = [Math.min(...times), Math.max(...times)].map((time) => new Date(time).toISOString());
  const slot: SlotOrder = { runType: 'asset_triggered', dataInterval: { start: first ?? '', end: last ?? '' } };
  const partition = partitionKey === undefined ? {} : { [partitionMemo]: partitionKey };
  const about = partitionKey === undefined ? '' : `${partitionKey} of `;
  try {
    await startChild(dagId, {
      // The number, since two sets may be met within one millisecond.
      workflowId: `${dagId}-asset_triggered__${last}__${number}`,
      taskQueue,
      args: [{}],
      parentClosePolicy: 'ABANDON',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `for ${about}${[...new Set(why.map(({ asset }) => asset))].join(', ')}`.slice(0, 200),
      memo: { [slotMemo]: slot, [assetEventsMemo]: why, ...partition },
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
