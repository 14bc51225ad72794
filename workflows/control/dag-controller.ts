import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { ControllerActivities } from '../../activities/steps/control-contract.ts';
import type { ControllerMessage, ControllerStatus, Turn } from '../../activities/temporal/port.ts';
import type { Letter } from '../../activities/temporal/exchange.ts';
import { openTurns, pauseMemo, type ControllerStart, type PauseOrder, type Ticket } from '../../dag/turns.ts';
import { turnSignal } from '../engine/turn.ts';

const exchange = defineUpdate<readonly Turn[], [Letter]>('exchange' satisfies ControllerMessage);
const setPaused = defineUpdate<void, [PauseOrder]>('setPaused' satisfies ControllerMessage);
const status = defineQuery<ControllerStatus>('status' satisfies ControllerMessage);

/** Events after which a controller goes on in a new history: a replay of so many takes some tenths of a second. */
const longHistory = 2_000;

/** How long a queue may stand still until its controller looks whether those that it waits for are there at all. */
const patience = '15 seconds';

const activities = proxyActivities<ControllerActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * The controller of a DAG, `dag/<id>@<installation>`: gives its runs their turns. It lives as long as there are runs to come: it is started by
 * the first one that asks, and continues as new with all that it knows. Whoever asks or tells it something may do so again.
 */
export async function dagController(start: ControllerStart): Promise<void> {
  const turns = openTurns(start);
  let note = start.note ?? '';
  /** Rises with each run that begins or ends. */
  let moves = 0;
  let telling = 0;

  /** Tells runs that their turn has come, but for those that are answered anyway. */
  function begin(admitted: readonly Ticket[], answered: ReadonlySet<string> = new Set()): void {
    if (admitted.length > 0) moves++;
    for (const ticket of admitted) if (!answered.has(ticket.executionId)) tell(ticket);
  }

  function turnOf(run: Pick<Ticket, 'executionId'>): Turn {
    if (turns.isActive(run)) return { go: true };
    const reason = turns.state().paused ? 'paused' : 'max_active_runs';
    return { go: false, reason, ahead: turns.ahead(run) ?? 0 };
  }

  function tell(ticket: Ticket): void {
    telling++;
    getExternalWorkflowHandle(ticket.runId, ticket.executionId)
      .signal(turnSignal)
      // It ended while it waited.
      .catch(() => end(ticket))
      .finally(() => telling--);
  }

  function end(ticket: Pick<Ticket, 'runId' | 'executionId'>): void {
    moves++;
    begin(turns.ended(ticket));
  }

  setHandler(exchange, ({ asks, ends }) => {
    const admitted = [
      ...ends.flatMap(turns.ended),
      ...asks.flatMap(({ runId, executionId, runType, logicalDate, maxActiveRuns }) =>
        turns.request({ runId, executionId, runType, logicalDate }, { maxActiveRuns }),
      ),
    ];
    moves += ends.length;
    begin(admitted, new Set(asks.map(({ executionId }) => executionId)));
    return asks.map(turnOf);
  });
  setHandler(setPaused, async (order) => {
    ({ note } = order);
    // What anybody may read without asking a worker.
    upsertMemo({ [pauseMemo]: order satisfies PauseOrder });
    begin(turns.setPaused(order.paused));
    await activities.setSchedulePaused({ dagId: start.dagId, ...order });
  });
  setHandler(status, () => {
    const { dagId, paused, maxActiveRuns, active, queued } = turns.state();
    const ids = (tickets: readonly Ticket[]): readonly string[] => tickets.map(({ runId }) => runId);
    return { dagId, paused, note, maxActiveRuns, active: ids(active), queued: ids(queued) };
  });

  /** A run that was terminated, or whose worker can never close it, tells nobody: where others wait for it, Temporal is asked. */
  async function watch(): Promise<never> {
    for (;;) {
      await condition(() => turns.blocked());
      const seen = moves;
      const moved = (): boolean => moves !== seen || !turns.blocked();
      if (await condition(moved, patience)) continue;
      for (const ticket of await endedMeanwhile(moved)) end(ticket);
    }
  }

  /** Runs that are over by Temporal's word; none when something has moved before that is known. */
  async function endedMeanwhile(moved: () => boolean): Promise<readonly Ticket[]> {
    const look = new CancellationScope();
    const asked = look.run(() => activities.untilSomeEnded({ runs: turns.state().active }));
    const calm = look.run(() => condition(moved).then((): readonly Ticket[] => []));
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

  const watching = new CancellationScope();
  watching.run(watch).catch(ignoreCancellation);
  await condition(() => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > longHistory);
  watching.cancel();
  await condition(() => allHandlersFinished() && telling === 0);
  const state = turns.state();
  const memo = { [pauseMemo]: { paused: state.paused, note } satisfies PauseOrder };
  await makeContinueAsNewFunc<typeof dagController>({ memo })({ ...state, note });
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
