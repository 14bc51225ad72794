import { restrictionOf, type Scheduled } from './run-identity.ts';
import { nextRun, type PlannedRun, type Timetable } from './timetable.ts';

const hour = 3_600_000;
/** How far back is looked, the next only where there was nothing in the one before. */
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
  const before: Before = (from, last = null) => {
    const slot = nextRun(timetable, last, { earliest: from, latest: null, catchup: true }, start);
    return slot === undefined || slot.start >= start ? undefined : slot;
  };
  for (const window of windows) {
    const from = Math.max(start - window, earliest ?? Number.NEGATIVE_INFINITY);
    const slot = before(from);
    if (slot !== undefined) return lastOf(before, from, slot, start);
    if (from === earliest) return undefined;
  }
  return undefined;
}

/** The first slot from an instant on, or the one after a last one, where that is before the slot which is asked about. */
type Before = (from: number, last?: PlannedRun | null) => PlannedRun | undefined;

/**
 * The last slot of which `before` knows, where `slot` is the first one from an instant on. It halves the time in which that is, so that a
 * cron of each minute of one month costs no more than some tens of steps; and looks each time whether it is there, as it mostly is at once.
 */
function lastOf(before: Before, from: number, slot: PlannedRun, start: number): PlannedRun {
  let [known, last, beyond] = [from, slot, start];
  // A slot is due after its interval, and `from` bounds that: with long intervals those before it are due after its start.
  for (let step = hour; ; step *= 2) {
    const found = before(beyond);
    if (found === undefined) break;
    [known, last] = [beyond, found];
    beyond += step;
  }
  while (beyond - known > 1 && before(known, last) !== undefined) {
    const middle = known + Math.floor((beyond - known) / 2);
    const found = before(middle);
    if (found === undefined) beyond = middle;
    else [known, last] = [middle, found];
  }
  return last;
}
