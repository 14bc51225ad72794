/** Tasks' runs that may begin, first come, first served; one that is to wait until a time comes after it. */
export interface ReadyTasks {
  readonly add: (taskRunId: number, notBefore: number) => void;
  readonly remove: (taskRunId: number) => void;
  /** Takes the first whose time has come. */
  readonly take: (now: number) => number | undefined;
  /** Milliseconds since 1970 of the first that waits for its time; `undefined` when none does. */
  readonly nextAt: () => number | undefined;
}

/** An empty row. */
export function createReadyTasks(): ReadyTasks {
  const ready = new Set<number>();
  const later = new Map<number, number>();
  return {
    add: (taskRunId, notBefore) => {
      if (notBefore > 0) later.set(taskRunId, notBefore);
      else ready.add(taskRunId);
    },
    remove: (taskRunId) => {
      ready.delete(taskRunId);
      later.delete(taskRunId);
    },
    take: (now) => {
      for (const [taskRunId, at] of later) {
        if (at > now) continue;
        later.delete(taskRunId);
        ready.add(taskRunId);
      }
      const { value } = ready.values().next();
      if (value !== undefined) ready.delete(value);
      return value;
    },
    nextAt: () => (later.size === 0 ? undefined : Math.min(...later.values())),
  };
}
