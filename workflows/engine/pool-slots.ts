import { CancellationScope, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import { controlActivities } from './control.ts';
import { outsideTasks } from './current-task.ts';
import type { PoolSlots } from './slot-order.ts';

/** Tells a run which of its claims hold their slots now. */
export const slotsSignal = defineSignal<[ids: readonly string[]]>('slots');

/**
 * The pools of a run in a workflow, asked by local activities. `onDefect` is told when a pool cannot be asked at all. Out of reach of any
 * cancellation, since what was taken has to be given back.
 */
export function openPoolSlots(onDefect: (error: unknown) => void): PoolSlots {
  const { workflowId: runId, runId: executionId } = workflowInfo();
  const waiting = new Map<string, () => void>();
  const open = new Set<Promise<void>>();
  let number = 0;

  setHandler(slotsSignal, (ids) => {
    for (const id of ids) waiting.get(id)?.();
  });

  /** Follows what goes to a pool until it has arrived. */
  function follow(work: () => Promise<void>): Promise<void> {
    const sent = outsideTasks(() => CancellationScope.nonCancellable(work)).catch(onDefect);
    open.add(sent);
    void sent.then(() => open.delete(sent));
    return sent;
  }

  return {
    take: ({ pool, label, slots, weight, size }, onTaken, onWait) => {
      const id = `${executionId}/${++number}`;
      const taken = (): void => {
        if (waiting.delete(id)) onTaken();
      };
      waiting.set(id, taken);
      const asked = follow(async () => {
        const claim = { id, runId, executionId, label, slots, weight };
        const turn = await controlActivities().takeSlots({ pool, claim, ...(size !== undefined && { size }) });
        if (turn.go) taken();
        else if (waiting.has(id)) onWait(turn);
      });
      return () => {
        waiting.delete(id);
        // After the claim has arrived: the other way round it would be there for ever.
        void follow(() => asked.then(() => controlActivities().giveSlots({ pool, id })));
      };
    },
    settled: () => (open.size === 0 ? undefined : settle(open)),
  };
}

async function settle(open: ReadonlySet<Promise<void>>): Promise<void> {
  while (open.size > 0) await Promise.all(open);
}
