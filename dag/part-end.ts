import type { TaskError } from './outcome.ts';
import type { FinishedState, TaskState } from './states.ts';

/** How one index of a part ended. Times are epoch milliseconds. */
export interface IndexEnd {
  readonly state: FinishedState;
  readonly error: TaskError | null;
  readonly tries: readonly {
    readonly tryNumber: number;
    readonly start: number;
    readonly end: number | null;
    readonly state: TaskState;
    readonly error: TaskError | null;
  }[];
}

/** Start after the part's own, and how long it took, in milliseconds (-1: it did not end); state; place among the errors, -1: none. */
type PackedTry = readonly [start: number, took: number, state: TaskState, error: number];

/** What most indexes are: one try that succeeded; or all there is. */
type PackedIndex =
  readonly [start: number, took: number] | readonly [state: FinishedState, error: number, tries: readonly PackedTry[]];

/** What a part tells its run in the end, in few bytes: it stays in the run's history. Results are in the part's record alone. */
export interface PackedEnds {
  /** What starts count from. */
  readonly since: number;
  readonly errors: readonly TaskError[];
  readonly indexes: readonly PackedIndex[];
}

/** Errors that a part tells in full; what more there are is in its record. */
const mostErrors = 20;

/** Characters of an error's message that a part tells. */
const longestMessage = 500;

const otherError: TaskError = { type: 'Error', message: 'one of many errors: see the log of the try' };

/** Packs the ends of a part's indexes. */
export function packEnds(ends: readonly IndexEnd[], since: number): PackedEnds {
  const errors: TaskError[] = [];
  const places = new Map<string, number>();
  const placeOf = (error: TaskError | null): number => {
    if (error === null) return -1;
    const type = error.type.slice(0, longestMessage);
    const message = error.message.slice(0, longestMessage);
    const known = places.get(`${type}\n${message}`);
    if (known !== undefined) return known;
    if (errors.length > mostErrors) return mostErrors;
    errors.push(errors.length === mostErrors ? otherError : { type, message });
    places.set(`${type}\n${message}`, errors.length - 1);
    return errors.length - 1;
  };
  const indexes = ends.map(({ state, error, tries }): PackedIndex => {
    const packed = tries.map((one): PackedTry => [
      one.start - since,
      one.end === null ? -1 : one.end - one.start,
      one.state,
      placeOf(one.error),
    ]);
    const [first] = packed;
    const isPlain = state === 'success' && packed.length === 1 && first?.[2] === 'success' && first[1] >= 0;
    return isPlain ? [first[0], first[1]] : [state, placeOf(error), packed];
  });
  return { since, errors, indexes };
}

/** The other way round of {@link packEnds}; errors may have been shortened, or stand for others. */
export function unpackEnds({ since, errors, indexes }: PackedEnds): readonly IndexEnd[] {
  const errorAt = (place: number): TaskError | null => errors[place] ?? null;
  return indexes.map((packed): IndexEnd => {
    if (packed.length === 2) {
      const start = since + packed[0];
      const tries = [{ tryNumber: 1, start, end: start + packed[1], state: 'success', error: null }] as const;
      return { state: 'success', error: null, tries };
    }
    const [state, error, tries] = packed;
    return {
      state,
      error: errorAt(error),
      tries: tries.map(([after, took, is, why], at) => {
        const start = since + after;
        return { tryNumber: at + 1, start, end: took < 0 ? null : start + took, state: is, error: errorAt(why) };
      }),
    };
  });
}
