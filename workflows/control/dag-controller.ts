import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  log,
  makeContinueAsNewFunc,
  patched,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import type {
  ControllerMessage,
  ControllerStatus,
  RunEnded,
  Turn,
  TurnRequest,
} from '../../activities/temporal/port.ts';
import type { Letter } from '../../activities/temporal/exchange.ts';
import {
  endlessMemo,
  openTurns,
  pauseMemo,
  type ControllerStart,
  type EndedTicket,
  type EndlessOrder,
  type KeptPause,
  type PauseOrder,
  type Ticket,
} from '../../dag/turns.ts';
import { turnSignal } from '../engine/turn.ts';
import { openEndless } from './endless-runs.ts';
import { hasFields, letterValidator, validatorOf } from './messages.ts';
import { controllerActivities, watchUntilLong } from './run-watch.ts';
import { openTeller } from './teller.ts';
import { leaveTrace } from './traces.ts';

const exchange = defineUpdate<readonly Turn[], [Letter<TurnRequest, RunEnded>]>('exchange' satisfies ControllerMessage);
const setPaused = defineUpdate<void, [PauseOrder]>('setPaused' satisfies ControllerMessage);
const setEndless = defineSignal<[EndlessOrder | null]>('setEndless' satisfies ControllerMessage);
const status = defineQuery<ControllerStatus>('status' satisfies ControllerMessage);
const stateQuery = defineQuery<ControllerStart>('state' satisfies ControllerMessage);

/**
 * The controller of a DAG, `dag/<id>@<installation>`: gives its runs their turns. It lives as long as there are runs to come: it is started by
 * the first one that asks, and continues as new with all that it knows. Whoever asks or tells it something may do so again.
 */
export async function dagController(start: ControllerStart): Promise<void> {
  const turns = openTurns(start);
  let note = start.note ?? '';
  let pausedAt = start.pausedAt ?? (start.paused === true ? Date.now() : undefined);
  /** Rises with each run that begins or ends. */
  let moves = 0;
  leaveTrace(moves);
  const teller = openTeller();
  const endless = openEndless(start.dagId, start.endless, () => turns.state().paused);

  /** Tells runs that their turn has come, but for those that are answered anyway. */
  function begin(admitted: readonly Ticket[], answered: ReadonlySet<string> = new Set()): void {
    if (admitted.length > 0) moves++;
    for (const ticket of admitted) if (!answered.has(ticket.executionId)) tell(ticket);
  }

  function turnOf(run: Pick<Ticket, 'executionId'>): Turn {
    if (turns.isActive(run)) return { go: true };
    const { paused, queued } = turns.state();
    const ahead = turns.ahead(run);
    if (ahead === undefined) return { go: false, reason: 'queue_full', ahead: queued.length };
    return { go: false, reason: paused ? 'paused' : 'max_active_runs', ahead };
  }

  function tell(ticket: Ticket): void {
    teller.tell(() =>
      getExternalWorkflowHandle(ticket.runId, ticket.executionId)
        .signal(turnSignal)
        // It ended while it waited.
        .catch(() => end(ticket)),
    );
  }

  function end(ticket: EndedTicket): void {
    leaveTrace(++moves);
    begin(turns.ended(ticket));
    pauseAfterFailures();
    endless.ended(ticket.executionId);
  }

  let pausing = 0;

  function pauseAfterFailures(): void {
    const count = turns.failedTooOften();
    if (count === undefined || turns.state().paused) return;
    pausing++;
    pause({ paused: true, note: `${count} runs in a row have failed (maxConsecutiveFailedDagRuns)` })
      .catch((error: unknown) => log.warn('the Schedule of a DAG that is paused goes on', { why: String(error) }))
      .finally(() => pausing--);
  }

  function keptPause({ paused, note: why }: PauseOrder): KeptPause {
    return { paused, note: why, ...(pausedAt !== undefined && { since: pausedAt }) };
  }

  /** The last that its Schedule was told. */
  let schedule: Promise<void> = Promise.resolve();

  async function pause(order: PauseOrder): Promise<void> {
    ({ note } = order);
    const since = pausedAt;
    pausedAt = order.paused ? (pausedAt ?? Date.now()) : undefined;
    // What anybody may read without asking a worker.
    upsertMemo({ [pauseMemo]: keptPause(order) });
    begin(turns.setPaused(order.paused));
    const tellSchedule = (): Promise<void> =>
      controllerActivities.setSchedulePaused({
        dagId: start.dagId,
        ...order,
        ...(since !== undefined && { since }),
      });
    // One after the other: a late attempt of the first order must not undo the second.
    const told = schedule.then(tellSchedule);
    schedule = told.catch(() => undefined);
    await told;
  }

  const takeLetter = ({ asks, ends }: Letter<TurnRequest, RunEnded>): readonly Turn[] => {
    const admitted = [
      ...ends.flatMap((ended) => {
        const next = turns.ended(ended);
        pauseAfterFailures();
        endless.ended(ended.executionId);
        return next;
      }),
      ...inOrder(asks).flatMap(({ runId, executionId, runType, logicalDate, ...limits }) =>
        turns.request({ runId, executionId, runType, logicalDate }, limits),
      ),
    ];
    moves += ends.length;
    begin(admitted, new Set(asks.map(({ executionId }) => executionId)));
    return asks.map(turnOf);
  };
  setHandler(exchange, takeLetter, letterValidator(isTurnRequest, isEnded));
  setHandler(setPaused, pause, validatorOf(isPauseOrder, 'setPaused takes {"paused": true, "note": "why"}, or false'));
  setHandler(setEndless, (order) => {
    if (!isEndlessOrder(order) && patched('endless-orders-are-checked')) {
      log.warn('a signal was passed over: its payload is not right', { signal: setEndless.name });
      return;
    }
    endless.set(order);
    upsertMemo({ [endlessMemo]: order });
  });
  setHandler(status, () => {
    const { dagId, paused, maxActiveRuns, active, queued } = turns.state();
    const ids = (tickets: readonly Ticket[]): readonly string[] => tickets.map(({ runId }) => runId);
    return { dagId, paused, note, maxActiveRuns, active: ids(active), queued: ids(queued) };
  });

  /** All that it knows, for the one after it. */
  function handOn(): ControllerStart {
    const next = endless.state();
    return {
      ...turns.state(),
      note,
      ...(pausedAt !== undefined && { pausedAt }),
      ...(next !== undefined && { endless: next }),
    };
  }
  setHandler(stateQuery, handOn);

  // Of these, too, whoever is over gives its place back.
  if (start.revived === true) for (const ticket of turns.state().active) tell(ticket);
  const goingOn = new CancellationScope();
  goingOn.run(endless.goOn).catch(() => undefined);
  await watchUntilLong({
    blocked: () => turns.blocked() || endless.running() !== null,
    moves: () => moves,
    runs: () => {
      const running = endless.running();
      return [...turns.state().active, ...(running === null ? [] : [running])];
    },
    onEnded: end,
  });
  await condition(() => allHandlersFinished() && teller.isDone() && pausing === 0 && !endless.isStarting());
  goingOn.cancel();
  const state = handOn();
  const memo = {
    [pauseMemo]: keptPause({ paused: turns.state().paused, note }),
    [endlessMemo]:
      state.endless === undefined
        ? null
        : ({ from: state.endless.from, until: state.endless.until } satisfies EndlessOrder),
  };
  await makeContinueAsNewFunc<typeof dagController>({ memo })(state);
}

/**
 * Those of one letter, the oldest first where they depend on the past: so that of runs which begin together as few as can be have to be
 * let in beyond the limit.
 */
function inOrder(asks: readonly TurnRequest[]): readonly TurnRequest[] {
  if (!asks.some(({ dependsOnPast }) => dependsOnPast === true)) return asks;
  return asks.toSorted((a, b) => a.logicalDate - b.logicalDate);
}

function isTurnRequest(ask: unknown): boolean {
  return hasFields(ask, {
    runId: 'string',
    executionId: 'string',
    runType: 'string',
    logicalDate: 'number',
    maxActiveRuns: 'number',
  });
}

function isEnded(ended: unknown): boolean {
  return hasFields(ended, { executionId: 'string' });
}

function isPauseOrder(order: unknown): boolean {
  return hasFields(order, { paused: 'boolean', note: 'string' });
}

function isEndlessOrder(order: unknown): boolean {
  const isBound = (bound: unknown): boolean => bound === null || typeof bound === 'number';
  const { from, until } = (order ?? {}) as { readonly from?: unknown; readonly until?: unknown };
  return order === null || (isBound(from) && isBound(until));
}
