import { restrictionOf, type Scheduled } from './run-identity.ts';
import { nextRun, type PlannedRun, type Timetable } from './timetable.ts';

const hour = 3_600_000;
/** How far back is looked, the next only where there was nothing in the one before: a timetable that fires often has few slots to try. */
const windows = [hour, 25 * hour, 8 * 24 * hour, 63 * 24 * hour, 367 * 24 * hour, 9 * 366 * 24 * hour];

/** Kinds whose slots do not follow from the clock alone, but from runs that there were. */
const byHistory: readonly Timetable['kind'][] = [
  'once',
  'continuous',
  'delta_data_interval',
  'delta_trigger',
  'custom',
];

/**
 * The slot before the one whose interval starts at an instant (epoch milliseconds); `undefined` where there is none, or where the
 * timetable does not tell without the runs that there were.
 */
export function slotBefore(scheduled: Scheduled, start: number): PlannedRun | undefined {
  const { timetable } = scheduled;
  if (timetable === null || byHistory.includes(timetable.kind)) return undefined;
  const { earliest } = restrictionOf(scheduled);
  for (const window of windows) {
    const from = Math.max(start - window, earliest ?? Number.NEGATIVE_INFINITY);
    const restriction = { earliest: from, latest: null, catchup: true };
    let before: PlannedRun | undefined;
    for (;;) {
      const slot = nextRun(timetable, before ?? null, restriction, start);
      if (slot === undefined || slot.start >= start) break;
      before = slot;
    }
    if (before !== undefined || from === earliest) return before;
  }
  return undefined;
}
