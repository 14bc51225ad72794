/**
 * Activities that a run has open at a time. Temporal takes 2,000 of an execution; whoever asks for more in one workflow task has it
 * refused as a whole, again and again, and the run would stand still for ever.
 */
const mostActivities = 1_900;

/** Lets activities begin as far as there is room for them, first come first served. */
export interface ActivityPlaces {
  /**
   * Takes a place: at once (`undefined`), or when the promise says so. It rejects when the caller is `cancelled` while it waits; then
   * there is nothing to leave.
   */
  readonly take: (cancelled: () => Promise<never>) => Promise<void> | undefined;
  /** Gives a place back that was taken. */
  readonly leave: () => void;
}

/** So many places, none of which is taken. */
export function openPlaces(most = mostActivities): ActivityPlaces {
  let taken = 0;
  const line = new Set<() => void>();
  return {
    take: (cancelled) => {
      if (taken < most) {
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
      if (next === undefined) {
        taken--;
        return;
      }
      // The place is handed on: nobody comes in between.
      line.delete(next);
      next();
    },
  };
}
