import { setTimeout as sleep } from 'node:timers/promises';
import type { EmulateInput } from './contract.ts';

/** Posts that go out at once when nothing holds them back: what a killed emulator posts again, at most. */
const fullSpeed = 2_000;

/** How fast posts go out. */
export interface Pace {
  /** Posts that go out together. */
  readonly atOnce: number;
  /** Waits until the posts may go out; `pauses` are their pauses in the course's draw, seconds. Throws when the signal aborts. */
  wait(pauses: readonly number[]): Promise<void>;
}

/**
 * The pace of a rate: `null` never waits; a number of posts a second goes out in ten parts a second, on average exactly
 * so fast; `course` waits before each post for its own 0 or 1 s.
 */
export function paceOf(rate: EmulateInput['rate'], signal: AbortSignal): Pace {
  if (rate === null) return { atOnce: fullSpeed, wait: () => Promise.resolve() };
  if (rate === 'course') {
    return {
      atOnce: 1,
      wait: async (pauses) => {
        const total = pauses.reduce((sum, seconds) => sum + seconds, 0);
        if (total > 0) await pause(total * 1000, signal);
      },
    };
  }
  let due = performance.now();
  return {
    atOnce: Math.min(fullSpeed, Math.max(1, Math.round(rate / 10))),
    wait: async (pauses) => {
      const early = due - performance.now();
      if (early > 0) await pause(early, signal);
      due += (pauses.length / rate) * 1000;
    },
  };
}

/** Waits; throws the signal's own reason, which says who stopped the step, and not that a timer was stopped. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
