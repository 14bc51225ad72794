/** A stretch of time [start, end). Instants in epoch milliseconds. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** A run that a timetable asks for: what it is about, and when it is due. Its logical date is the start. */
export interface PlannedRun extends Interval {
  /** Epoch milliseconds: it starts then or later. The interval's end, but where a timetable of one's own says otherwise. */
  readonly runAfter: number;
}

/** What bounds the automatic runs of a DAG. Instants in epoch milliseconds, inclusive. */
export interface Restriction {
  readonly earliest: number | null;
  readonly latest: number | null;
  readonly catchup: boolean;
}

/** How a kind of timetable decides, as Airflow's of the same name does. Pure: the clock is given. */
export interface TimingRules<Timetable> {
  /** What is wrong with it, in words for the end of a sentence; `undefined` when it is right. */
  problem(timetable: Timetable): string | undefined;
  /** The automatic run after the last one (`null`: there was none), as it is decided at `now`; `undefined`: there is none. */
  nextRun(timetable: Timetable, last: PlannedRun | null, restriction: Restriction, now: number): PlannedRun | undefined;
  /** The data interval of a run that somebody starts at an instant. */
  inferInterval(timetable: Timetable, instant: number): Interval;
  /**
   * The data interval of the automatic run that is due at an instant; `undefined` when none is, or when that follows from
   * the runs before it alone.
   */
  slotInterval(timetable: Timetable, instant: number, restriction: Restriction): Interval | undefined;
}

/** A run that is due when its interval is over. */
export function runAtEnd(start: number, end: number): PlannedRun {
  return { start, end, runAfter: end };
}
