import {
  ActivityCancellationType,
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineUpdate,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BackfillActivities } from '../../activities/steps/control-contract.ts';
import type { BackfillMessage } from '../../activities/temporal/port.ts';
import { backfillMemo, openBackfill, type BackfillProgress, type BackfillStart } from '../../dag/backfill-run.ts';
import { durationText } from '../../dag/duration.ts';
import { onUpdate } from '../engine/settled.ts';

const progress = defineQuery<BackfillProgress>('progress' satisfies BackfillMessage);
const setPaused = defineUpdate<void, [boolean]>('setPaused' satisfies BackfillMessage);
const cancelBackfill = defineUpdate<void, [undefined]>('cancelBackfill' satisfies BackfillMessage);

/** Events after which a backfill goes on in a new history. */
const longHistory = 400;

const activities = proxyActivities<BackfillActivities>({
  // Of a wait for runs that take longer, the next attempt is the same wait.
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  // What it has started is told also when it is to wait no longer.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * A backfill, `backfill/<dag>@<installation>`: runs the slots of its plan, `maxActiveRuns` at a time, whatever happens to those who asked
 * for it. Cancelled, it begins no more, stops what has not had its turn, and leaves what has.
 */
export async function backfill(start: BackfillStart): Promise<BackfillProgress> {
  const { dagId, backfillId, conf } = start.order;
  const run = openBackfill(start);
  let isCancelled = start.cancelled ?? false;

  function stop(): void {
    isCancelled = true;
    run.cancel();
  }

  setHandler(progress, run.progress);
  onUpdate(setPaused, (paused) => {
    run.setPaused(paused);
    show();
  });
  onUpdate(cancelBackfill, stop);
  // Somebody cancelled the workflow itself, in the Temporal UI for example: the same.
  CancellationScope.current().cancelRequested.catch(stop);

  function show(): void {
    setCurrentDetails(progressText(run.progress()));
  }

  /** Takes slots from the plan as far as there is room. */
  async function fill(): Promise<void> {
    for (let page = run.wantsPage(); page !== undefined; page = run.wantsPage()) {
      run.givePage(await activities.backfillPage({ dagId, backfillId, page }));
      run.fill();
    }
    run.fill();
    show();
  }

  /** Goes on until a slot has ended, or there is something else to do. */
  async function advance(): Promise<void> {
    const scope = new CancellationScope();
    const going = scope.run(() => activities.advanceBackfill({ dagId, backfillId, conf, slots: run.active() }));
    const woken = scope.run(() => condition(() => isCancelled || run.hasRoom()));
    await Promise.race([going, woken]).catch(() => undefined);
    scope.cancel();
    const [step] = await Promise.allSettled([going, woken]);
    if (step.status === 'rejected') {
      if (isCancellation(step.reason)) return;
      throw step.reason;
    }
    step.value.started.forEach(run.started);
    step.value.ended.forEach(run.ended);
  }

  await CancellationScope.nonCancellable(async () => {
    while (!run.isOver()) {
      await fill();
      if (run.active().length > 0) await advance();
      else if (!run.isOver()) await condition(() => isCancelled || run.hasRoom());
      if (run.isOver() || !isLong()) continue;
      await condition(allHandlersFinished);
      const memo = { [backfillMemo]: start.order };
      await makeContinueAsNewFunc<typeof backfill>({ memo })(run.state());
    }
    if (isCancelled && run.active().length > 0) {
      const dropped = await activities.dropQueuedRuns({ dagId, backfillId, slots: run.active() });
      for (const runId of dropped) run.ended({ runId, state: 'failed', took: 0 });
    }
    await condition(allHandlersFinished);
  });
  const last = run.progress();
  show();
  log.info('backfill is over', { state: last.state, success: last.success, failed: last.failed, toGo: last.toGo });
  return last;
}

function isLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > longHistory;
}

/** What the page of a backfill says; Markdown. */
function progressText(now: BackfillProgress): string {
  const { state, success, failed, left, active, toGo, averageDuration, estimate } = now;
  const lines = [
    `**${state}**: ${success} succeeded, ${failed} failed, ${active.length} run, ${toGo} to go, ${left} left as they were`,
    ...(averageDuration === null ? [] : [`a slot takes ${durationText(averageDuration)} on average`]),
    ...(estimate === null ? [] : [`through in about ${durationText(estimate)}`]),
  ];
  return lines.join('\n\n');
}
