import { CancellationScope, condition, isCancellation, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ControllerActivities } from '../../activities/steps/control-contract.ts';
import type { RunExecution } from '../../activities/temporal/port.ts';

/** Events after which a controller goes on in a new history: a replay of so many takes some tenths of a second. */
export const longHistory = 2_000;

/** How long a queue may stand still until its controller looks whether those that it waits for are there at all. */
const patience = '15 seconds';

/** What controllers do outside of their workflow. */
export const controllerActivities = proxyActivities<ControllerActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** A queue behind runs that have their turn. */
export interface WatchedQueue {
  /** Whether somebody waits for one of the runs. */
  readonly blocked: () => boolean;
  /** Rises with each turn that is given or over. */
  readonly moves: () => number;
  /** The runs that are waited for. */
  readonly runs: () => readonly RunExecution[];
  /** Told of one that is over, though it has not said so. */
  readonly onEnded: (run: RunExecution) => void;
}

/**
 * Watches a queue until the history of its controller has grown long. A run that was terminated, or whose worker can never close it,
 * tells nobody: where others wait for it, Temporal is asked.
 */
export async function watchUntilLong(queue: WatchedQueue): Promise<void> {
  const watching = new CancellationScope();
  watching.run(() => watch(queue)).catch(ignoreCancellation);
  await condition(() => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > longHistory);
  watching.cancel();
}

async function watch(queue: WatchedQueue): Promise<never> {
  const { blocked, moves, onEnded } = queue;
  for (;;) {
    await condition(blocked);
    const seen = moves();
    const moved = (): boolean => moves() !== seen || !blocked();
    if (await condition(moved, patience)) continue;
    for (const run of await endedMeanwhile(queue.runs(), moved)) onEnded(run);
  }
}

/** Runs that are over by Temporal's word; none when something has moved before that is known. */
async function endedMeanwhile(runs: readonly RunExecution[], moved: () => boolean): Promise<readonly RunExecution[]> {
  const look = new CancellationScope();
  const asked = look.run(() => controllerActivities.untilSomeEnded({ runs }));
  const calm = look.run(() => condition(moved).then((): readonly RunExecution[] => []));
  try {
    return await Promise.race([asked, calm]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('cannot look for runs that have ended', { why: String(error) });
    return [];
  } finally {
    look.cancel();
    await Promise.allSettled([asked, calm]);
  }
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
