import { CancellationScope, condition, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import type { PoolRequest } from '../../activities/temporal/port.ts';
import { controlActivities } from './control.ts';
import { outsideTasks } from './current-task.ts';
import type { PoolSlots } from './slot-order.ts';
import { patience } from './turn.ts';

/** Tells a run which of its claims hold their slots now. */
export const slotsSignal = defineSignal<[ids: readonly string[]]>('slots');

/** A claim that waits. */
interface Waiting {
  readonly request: PoolRequest;
  readonly taken: () => void;
}

/**
 * The pools of a run in a workflow, asked by local activities. `onDefect` is told when a pool cannot be asked at all. Out of reach of any
 * cancellation, since what was taken has to be given back. Who waits asks again from time to time: a pool's workflow that somebody
 * terminates tells nobody, and one with a very long line does not keep the last ones.
 */
export function openPoolSlots(onDefect: (error: unknown) => void): PoolSlots {
  const { workflowId: runId, runId: executionId, startTime } = workflowInfo();
  const waiting = new Map<string, Waiting>();
  /** Claims among them that their pool does not keep. */
  const unkept = new Set<string>();
  const open = new Set<Promise<void>>();
  let number = 0;
  let reminding = false;
  let reminded = Promise.resolve();

  setHandler(slotsSignal, (ids) => {
    // Anybody may signal a run. What cannot be read would fail its workflow task for ever.
    if (!Array.isArray(ids)) return;
    for (const id of ids) waiting.get(id)?.taken();
  });

  /** Follows what goes to a pool until it has arrived. */
  function follow(work: () => Promise<void>): Promise<void> {
    const sent = shielded(work).catch(onDefect);
    open.add(sent);
    void sent.then(() => open.delete(sent));
    return sent;
  }

  function forget(id: string): boolean {
    unkept.delete(id);
    return waiting.delete(id);
  }

  function hear(id: string, isUnkept: boolean): void {
    if (isUnkept) unkept.add(id);
    if (reminding) return;
    reminding = true;
    shielded(remind).catch(onDefect);
  }

  /** Asks again from time to time, for all claims that wait: by one timer and one activity. */
  async function remind(): Promise<void> {
    const longest = (): number => (unkept.size > 0 ? patience.longestUnkept : patience.longest);
    for (let wait = patience.first; waiting.size > 0; wait *= 2) {
      const now = Math.min(wait, longest());
      if (await condition(() => waiting.size === 0 || longest() < now, now)) continue;
      reminded = follow(() => askAgain([...waiting.values()]));
      await reminded;
    }
    reminding = false;
  }

  async function askAgain(some: readonly Waiting[]): Promise<void> {
    const { taken, dropped } = await controlActivities().askSlotsAgain(some.map(({ request }) => request));
    for (const id of taken) waiting.get(id)?.taken();
    for (const { request } of some) unkept.delete(request.claim.id);
    for (const id of dropped) if (waiting.has(id)) unkept.add(id);
  }

  return {
    take: ({ pool, label, slots, weight, size }, onTaken, onWait) => {
      const id = `${executionId}/${++number}`;
      const taken = (): void => {
        if (forget(id)) onTaken();
      };
      const claim = { id, runId, executionId, label, slots, weight };
      const request = { pool, claim, ...(size !== undefined && { size, startedAt: startTime.getTime() }) };
      waiting.set(id, { request, taken });
      const asked = follow(async () => {
        const turn = await controlActivities().takeSlots(request);
        if (turn.go) taken();
        else if (waiting.has(id)) {
          onWait(turn);
          hear(id, turn.why === 'queue_full');
        }
      });
      return () => {
        forget(id);
        // After the claim has arrived: the other way round it would be there for ever.
        void follow(() => Promise.all([asked, reminded]).then(() => controlActivities().giveSlots({ pool, id })));
      };
    },
    settled: () => (open.size === 0 ? undefined : settle(open)),
  };
}

function shielded(work: () => Promise<void>): Promise<void> {
  return outsideTasks(() => CancellationScope.nonCancellable(work));
}

async function settle(open: ReadonlySet<Promise<void>>): Promise<void> {
  while (open.size > 0) await Promise.all(open);
}
