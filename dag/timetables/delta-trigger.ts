import { intervalOf, type TriggerOptions } from './cron-trigger.ts';
import { addDelta, deltaOf, deltaProblem, lastStep, type Delta, type DeltaText } from './delta.ts';
import { runAtEnd, type TimingRules } from './timing.ts';

/**
 * Runs at the start of each of a row of stretches of one length: Airflow's DeltaTriggerTimetable. The row starts at the DAG's
 * start date; without catchup it starts anew at any moment at which a run is overdue.
 */
export interface DeltaTrigger {
  readonly kind: 'delta_trigger';
  readonly delta: Delta;
  /** Length of the data interval, which ends when the run is due. */
  readonly interval: Delta;
}

/**
 * A trigger timetable with a run every so often, counted on UTC's calendar.
 *
 * @example deltaTrigger('15 minutes')
 * @example deltaTrigger({ months: 3 }, { interval: { months: 3 } })
 */
export function deltaTrigger(every: DeltaText, options: TriggerOptions = {}): DeltaTrigger {
  return { kind: 'delta_trigger', delta: deltaOf(every), interval: intervalOf(options) };
}

/** Without catchup one run makes up for all that were missed, at once. */
export const deltaTriggerRules: TimingRules<DeltaTrigger> = {
  problem: ({ delta, interval }) => deltaProblem(delta, 'the delta', 1) ?? deltaProblem(interval, 'interval', 0),
  nextRun({ delta, interval }, last, { earliest, latest, catchup }, now) {
    const times: number[] = [];
    if (last !== null) times.push(addDelta(last.end, delta));
    if (earliest !== null && (last === null || !catchup)) times.push(earliest);
    if (!catchup || times.length === 0) times.push(now);
    const at = Math.max(...times);
    if (latest !== null && at > latest) return undefined;
    return runAtEnd(addDelta(at, interval, -1), at);
  },
  inferInterval({ interval }, instant) {
    return { start: addDelta(instant, interval, -1), end: instant };
  },
  slotInterval({ delta, interval }, instant, { earliest }) {
    if (earliest === null || lastStep(earliest, delta, instant) !== instant) return undefined;
    return { start: addDelta(instant, interval, -1), end: instant };
  },
};
