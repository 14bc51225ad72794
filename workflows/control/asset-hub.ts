import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  patched,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { AssetHubMessage } from '../../activities/temporal/port.ts';
import { openAssetHub, type AssetHubStart, type DueRun } from '../../dag/asset-hub.ts';
import type { AssetSubscription } from '../../dag/asset-queue.ts';
import { assetEventsMemo, type AssetEvent } from '../../dag/assets.ts';
import { partitionMemo } from '../../dag/partition-key.ts';
import { slotMemo, type SlotOrder } from '../../dag/run-identity.ts';
import { payloadBudget } from '../engine/payload-budget.ts';
import { longHistory } from './run-watch.ts';
import { leaveTrace } from './traces.ts';

const events = defineUpdate<number, [readonly AssetEvent[]]>('events' satisfies AssetHubMessage);
const subscribe = defineSignal<[readonly AssetSubscription[]]>('subscribe' satisfies AssetHubMessage);
const status = defineQuery<Required<AssetHubStart>>('status' satisfies AssetHubMessage);

/**
 * Runs after which the hub goes on in a new history. Those that have not ended count as its children, of which Temporal lets a history have
 * 2,000 (limit.numPendingChildExecutions.error): with more it could do nothing any more. Far fewer, since the server writes down all of them
 * with each one that starts.
 */
const mostBegun = 250;

/**
 * The hub of an installation's assets, `assets@<installation>`: knows which DAGs wait for which assets and what has come for them, and starts
 * their runs, each once, as children that belong to nobody. It lives for ever and continues as new with all that it knows.
 */
export async function assetHub(runQueue: string, start: AssetHubStart): Promise<void> {
  const hub = openAssetHub(start);
  const room = payloadBudget();
  let begun = 0;
  let starting = 0;
  leaveTrace(0);
  // A history of before this may have begun more, and goes on as it did.
  const most = patched('hub-goes-on-sooner') ? mostBegun : Infinity;

  const isFull = (): boolean => begun >= most;

  function begin(due: readonly DueRun[]): void {
    begun += due.length;
    for (const run of due) {
      starting++;
      void startRun(run, runQueue, room).finally(() => starting--);
    }
  }

  const beginDue = (): void => begin(hub.due(Math.max(0, most - begun)));

  // Says how many it has taken: the others are told again, to the next history.
  setHandler(
    events,
    (told) => {
      let taken = 0;
      for (const event of told) {
        if (isFull()) break;
        begin(hub.take(event));
        taken++;
      }
      return taken;
    },
    { validator: refuseWhatIsNoList },
  );
  // What is refused here would fail each workflow task from now on: it stands in the history.
  setHandler(subscribe, (subscriptions) => {
    if (!isList(subscriptions)) {
      log.warn('subscribe is told a list of subscriptions, and this was none: it changes nothing');
      return;
    }
    hub.subscribe(subscriptions);
    beginDue();
  });
  setHandler(status, hub.state);
  beginDue();

  await condition(
    () => isFull() || workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > longHistory,
  );
  await condition(() => allHandlersFinished() && starting === 0);
  await continueAsNew<typeof assetHub>(runQueue, hub.state());
}

function isList(told: readonly object[]): boolean {
  return Array.isArray(told) && told.every((item) => typeof item === 'object' && item !== null);
}

function refuseWhatIsNoList(told: readonly object[]): void {
  if (!isList(told)) throw new TypeError('events is told a list of events, and this is none');
}

async function startRun(
  { dagId, number, events: why, partitionKey }: DueRun,
  taskQueue: string,
  room: ReturnType<typeof payloadBudget>,
): Promise<void> {
  const characters = JSON.stringify(why).length;
  for (let next = room(characters); next !== undefined; next = room(characters)) await next;
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
