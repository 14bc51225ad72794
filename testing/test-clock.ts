/** A clock of a run that moves when a test says so. */
export interface TestClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls back when so many milliseconds have gone by, unless what it returns was called before. */
  readonly after: (ms: number, onTime: () => void) => () => void;
  /** Goes to the next moment that something waits for, and calls it back; `false` when nothing does. */
  readonly advance: () => boolean;
}

interface Entry {
  readonly at: number;
  readonly onTime: () => void;
}

/** A clock that stands at an instant (epoch milliseconds). */
export function openClock(start: number): TestClock {
  let now = start;
  const entries = new Set<Entry>();
  return {
    now: () => now,
    after: (ms, onTime) => {
      const entry = { at: now + ms, onTime };
      entries.add(entry);
      return () => entries.delete(entry);
    },
    advance: () => {
      let next: Entry | undefined;
      // A set keeps the order in which they were asked for, which decides between two of one moment.
      for (const entry of entries) if (next === undefined || entry.at < next.at) next = entry;
      if (next === undefined) return false;
      entries.delete(next);
      now = Math.max(now, next.at);
      next.onTime();
      return true;
    },
  };
}
