import type { z } from 'zod';
import type { Duration } from '../../dag/duration.ts';
import { taskOfOperator } from '../engine/current-task.ts';
import { failTask } from '../engine/failures.ts';
import { slotsSignal } from '../engine/pool-slots.ts';
import { turnSignal } from '../engine/turn.ts';
import { millisecondsOf } from './milliseconds.ts';
import { waitTimedOut } from './wait-timed-out.ts';

/** How long a signal is waited for. */
export interface SignalTiming {
  /** From now on; without it, for ever. When it is over the task fails without another try. */
  readonly timeout?: Duration;
}

/** By these the engine is told of its turn and of its slots, and would be no more. */
const ownSignals: readonly string[] = [turnSignal.name, slotsSignal.name];

/**
 * Waits for a signal of a name and gives its payload, as the schema reads it. A signal that came before it was waited for counts;
 * each is taken once, by whoever waited first. A payload that the schema refuses is logged and passed over: whoever may
 * signal a run must not be able to fail it. The state is `deferred`. The names `turn` and `slots` are the engine's own.
 */
export async function waitForSignal<Payload>(
  name: string,
  schema: z.ZodType<Payload>,
  { timeout }: SignalTiming = {},
): Promise<Payload> {
  const { run, waiting, host } = taskOfOperator('waitForSignal');
  if (ownSignals.includes(name) && host.patched('own-signals-are-refused'))
    failTask(`the signal ${name} is the engine's own: wait for one of another name`);
  const what = `for signal ${name}`;
  const limit = timeout === undefined ? undefined : millisecondsOf('timeout', timeout);
  const end = waiting.begin({ state: 'deferred', what });
  const ends: (() => void)[] = [];
  try {
    return await new Promise<Payload>((resolve, reject) => {
      host.cancelled().catch(reject);
      if (limit !== undefined) ends.push(waiting.watch(limit, () => reject(waitTimedOut(what, limit))));
      const take = (payload: unknown): boolean => {
        const read = schema.safeParse(payload);
        if (read.success) resolve(read.data);
        else host.warn('a signal was passed over: its payload is not right', { signal: name, why: read.error.message });
        return read.success;
      };
      ends.push(host.desk(run).expect(name, take));
    });
  } finally {
    for (const one of ends) one();
    const back = end();
    if (back !== undefined) await back;
  }
}
