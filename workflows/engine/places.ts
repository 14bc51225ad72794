/**
 * Activities that a run has open at a time, and children. Temporal takes 2,000 of either of an execution; whoever asks for more in one
 * workflow task has it refused as a whole, again and again, and the run would stand still for ever.
 */
const mostOpen = 1_900;

/** Lets activities, or children, begin as far as there is room for them, first come first served. */
export interface Places {
  /**
   * Takes a place: at once (`undefined`), or when the promise says so. It rejects when the caller is `cancelled` while it waits; then
   * there is nothing to leave.
   */
  readonly take: (cancelled: () => Promise<never>) => Promise<void> | undefined;
  /** Gives a place back that was taken. */
  readonly leave: () => void;
}

/** So many places, none of which is taken. Where there is none left, `isBounded` says whether one has to be waited for at all. */
export function openPlaces(most = mostOpen, isBounded: () => boolean = () => true): Places {
  let taken = 0;
  const line = new Set<() => void>();
  return {
    take: (cancelled) => {
      if (taken < most || !isBounded()) {
        taken++;
        return undefined;
      }
      return new Promise<void>((resolve, reject) => {
        line.add(resolve);
        cancelled().catch((error: unknown) => {
          if (line.delete(resolve)) reject(error);
        });
      });
    },
    leave: () => {
      const [next] = line;
      // More than there are may be taken, by those who did not have to wait.
      if (next === undefined || taken > most) {
        taken--;
        return;
      }
      // The place is handed on: nobody comes in between.
      line.delete(next);
      next();
    },
  };
}
