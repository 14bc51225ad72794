import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Letter } from '../../activities/temporal/exchange.ts';
import type {
  PoolMessage,
  PoolStatus,
  RunExecution,
  PoolRelease,
  PoolRequest,
  PoolTurn,
} from '../../activities/temporal/port.ts';
import { openPool, type PoolSize, type PoolStart, type SlotClaim } from '../../dag/pool.ts';
import { slotsSignal } from '../engine/pool-slots.ts';
import { hasFields, letterValidator, validatorOf } from './messages.ts';
import { watchUntilLong } from './run-watch.ts';
import { openTeller } from './teller.ts';
import { leaveTrace } from './traces.ts';

const exchange = defineUpdate<readonly PoolTurn[], [Letter<PoolRequest, PoolRelease>]>(
  'exchange' satisfies PoolMessage,
);
const resize = defineUpdate<void, [PoolSize]>('resize' satisfies PoolMessage);
const status = defineQuery<PoolStatus>('status' satisfies PoolMessage);

/**
 * A pool, `pool/<name>@<installation>`: gives out its slots over all runs and DAGs. It lives until it is deleted and nobody needs it, and
 * continues as new with all that it knows. Whoever asks or tells it something may do so again.
 */
export async function poolKeeper(start: PoolStart): Promise<void> {
  const pool = openPool(start);
  /** One that has no size in a later history has been deleted; in its first one it may be about to be told. */
  let isDeleted = start.slots === null && workflowInfo().continuedFromExecutionRunId !== undefined;
  /** Rises with each claim that is given or given back. */
  let moves = 0;
  leaveTrace(moves);
  const teller = openTeller();

  /** Tells runs which of their claims hold their slots now, but for those that are answered anyway. */
  function begin(admitted: readonly SlotClaim[], answered: ReadonlySet<string> = new Set()): void {
    if (admitted.length > 0) moves++;
    const byRun = new Map<string, { readonly run: RunExecution; readonly ids: string[] }>();
    for (const { id, runId, executionId } of admitted) {
      if (answered.has(id)) continue;
      const told = byRun.get(executionId) ?? { run: { runId, executionId }, ids: [] };
      told.ids.push(id);
      byRun.set(executionId, told);
    }
    for (const { run, ids } of byRun.values()) tell(run, ids);
  }

  function tell(run: RunExecution, ids: readonly string[]): void {
    teller.tell(() =>
      getExternalWorkflowHandle(run.runId, run.executionId)
        .signal(slotsSignal, ids)
        // It ended while it waited.
        .catch(() => end(run)),
    );
  }

  function end({ executionId }: RunExecution): void {
    leaveTrace(++moves);
    begin(pool.runEnded(executionId));
  }

  function turnOf(id: string): PoolTurn {
    const reason = pool.reason(id);
    return reason === undefined ? { go: true } : { go: false, ...reason };
  }

  const takeLetter = ({ asks, ends }: Letter<PoolRequest, PoolRelease>): readonly PoolTurn[] => {
    const admitted = ends.flatMap(({ id }) => pool.release(id));
    for (const { claim, size, startedAt } of asks) {
      if (size !== undefined) admitted.push(...pool.resizeBy(size, startedAt));
      admitted.push(...pool.request(claim));
    }
    moves += ends.length;
    begin(admitted, new Set(asks.map(({ claim }) => claim.id)));
    return asks.map(({ claim }) => turnOf(claim.id));
  };
  setHandler(exchange, takeLetter, letterValidator(isPoolRequest, isRelease));
  const takeSize = (size: PoolSize): void => {
    isDeleted = size.slots === null;
    begin(pool.resize(size));
  };
  setHandler(
    resize,
    takeSize,
    validatorOf(isPoolSize, 'resize takes {"slots": 3, "description": "why"}, or null for slots'),
  );
  setHandler(status, () => {
    const { past: _, ...told } = pool.state();
    return told;
  });

  const isOver = (): boolean => isDeleted && pool.state().held.length + pool.state().waiting.length === 0;
  await Promise.race([
    condition(isOver),
    watchUntilLong({
      blocked: pool.blocked,
      moves: () => moves,
      runs: () => executionsOf(pool.state().held),
      onEnded: end,
    }),
  ]);
  await condition(() => allHandlersFinished() && teller.isDone());
  if (!isOver()) await continueAsNew<typeof poolKeeper>(pool.state());
}

function executionsOf(claims: readonly SlotClaim[]): readonly RunExecution[] {
  const runs = new Map(claims.map(({ runId, executionId }) => [executionId, { runId, executionId }]));
  return [...runs.values()];
}

function isPoolRequest(ask: unknown): boolean {
  const { claim } = (ask ?? {}) as { readonly claim?: unknown };
  return hasFields(claim, { id: 'string', runId: 'string', executionId: 'string', slots: 'number', weight: 'number' });
}

function isRelease(release: unknown): boolean {
  return hasFields(release, { id: 'string' });
}

function isPoolSize(size: unknown): boolean {
  const { slots } = (size ?? {}) as { readonly slots?: unknown };
  const isCount = slots === null || (Number.isInteger(slots) && Number(slots) >= 0);
  return isCount && hasFields(size, { description: 'string' });
}
